using System.Globalization;
using System.IO.Compression;
using System.Text;
using KvmTraceLab.Analysis;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay;
using KvmTraceLab.Tests.Cli;
using KvmTraceLab.Tests.Parser.Text;

namespace KvmTraceLab.Tests.Parser.Pipeline;

/// <summary>The report is the same, byte for byte, for every number of threads and every way the bytes come in.</summary>
public sealed class SameAnswerTests
{
    /// <summary>Several blocks, many event names nobody knows (their numbers are given as workers meet them), instances, lost markers.</summary>
    private static byte[] Mixed()
    {
        var random = new Random(3);
        var text = new StringBuilder("cpus=4\n");
        for (var i = 0; text.Length < Math.Max(400_000, 3 * KvmTraceLab.Parser.Formats.Text.TextBlock.Size); i++)
        {
            var tid = 100 + (i % 3);
            var head = $"CPU {i % 3}/KVM-{tid}   [00{i % 4}] {10 + (i / 1000000)}.{i % 1000000:000000}: ";
            var prefix = random.Next(50) == 0 ? "inst" + random.Next(5) + ":         " : "";
            text.Append(prefix).Append(head).Append(random.Next(7) switch
            {
                0 => $"event_{random.Next(300)}:  some text {i}",
                1 => $"kvm_exit: reason {(random.Next(2) == 0 ? "HLT" : "MSR_WRITE")} rip 0x{random.Next(64):x} info 0 0",
                2 => $"kvm_msr: msr_write {random.Next(9):x} = 0x{i:x}",
                3 => $"kvm_entry: vcpu {i % 3} rip 0x{random.Next(64):x}",
                4 => $"kvm_exit: reason EPT_VIOLATION rip 0x{random.Next(64):x} info 582 0",
                5 => $"kvm_page_fault: address {random.Next(1 << 20):x}000 error_code 582",
                _ => $"kvm_pio: pio_read at 0x{random.Next(20):x} size 4 count 1 val 0x{i:x} ",
            }).Append('\n');
            if (random.Next(5000) == 0) text.Append("CPU:1 [").Append(random.Next(100)).Append(" EVENTS DROPPED]\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Json(Trace trace)
    {
        using (trace) return Analyzed.Json(trace);
    }

    [Fact]
    public void Threads_do_not_change_the_report()
    {
        var bytes = Mixed();
        var alone = Json(Trace.Open(TraceInput.FromBytes(bytes, "t"), new TraceOptions { Threads = 1 }));
        Assert.Contains("event_299", alone, StringComparison.Ordinal);
        foreach (var threads in (int[])[2, 7])
            Assert.Equal(alone, Json(Trace.Open(TraceInput.FromBytes(bytes, "t"), new TraceOptions { Threads = threads })));
    }

    /// <summary>Numbers of unknown events are given out in the order the workers come to them; none may run out.</summary>
    [Fact]
    public void Thousands_of_unknown_events_keep_their_names()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 30_000; i++) text.Append(CultureInfo.InvariantCulture, $" q-1 [000] 1.{i:d6}: event_{i * 7919 % 6000}: some words that make the line longer\n");
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var alone = TextRows.Of(bytes, threads: 1);
        Assert.Equal(6000, alone.Names.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(alone.Names, TextRows.Of(bytes, threads: 7).Names);
    }

    [Fact]
    public void Gzip_zstd_and_plain_files_give_the_same_rows()
    {
        var name = Path.Combine(TextRows.Root(), "samples", "nested-mbec.txt.zst");
        using var zstd = Trace.Open(name, new TraceOptions { Threads = 2 });
        var expected = TextRows.Of(zstd);
        var plain = Path.GetTempFileName();
        var gzip = Path.GetTempFileName();
        try
        {
            using (var input = TraceInput.Open(name))
            using (var file = File.Create(plain))
            using (var packed = new GZipStream(File.Create(gzip), CompressionLevel.Fastest))
            {
                var buffer = new byte[10_007];
                for (int got; (got = input.Read(buffer)) > 0;)
                {
                    file.Write(buffer, 0, got);
                    packed.Write(buffer, 0, got);
                }
            }

            foreach (var path in (string[])[plain, gzip])
            {
                using var trace = Trace.Open(path, new TraceOptions { Threads = 3 });
                Assert.Equal(expected.Rows, TextRows.Of(trace).Rows);
            }
        }
        finally
        {
            File.Delete(plain);
            File.Delete(gzip);
        }
    }

    [Fact]
    public void A_reader_that_leaves_early_does_not_hang_the_workers()
    {
        for (var round = 0; round < 5; round++)
        {
            using var trace = Trace.Open(TraceInput.FromBytes(Mixed(), "t"), new TraceOptions { Threads = 3 });
            Assert.NotEmpty(trace.Batches().Take(1));
        }
    }

    [Fact]
    public void A_cancelled_reader_stops()
    {
        using var cancel = new CancellationTokenSource();
        using var trace = Trace.Open(TraceInput.FromBytes(Mixed(), "t"), new TraceOptions { Threads = 2 });
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var batch in trace.Batches(cancel.Token))
                if (batch.Count > 0) cancel.Cancel();
        });
    }

    [Fact]
    public void A_decoder_that_fails_hands_its_error_to_the_reader()
    {
        var blocks = 0;
        var catalog = new KvmTraceLab.Parser.Events.EventCatalog();
        using var decoder = new KvmTraceLab.Parser.Pipeline.ParallelDecoder<object>(
            3, () => new object(), () => new KvmTraceLab.Parser.Events.EventBatch(catalog), _ => ++blocks < 20,
            _ => (_, _) => throw new InvalidOperationException("broken"));
        var error = Assert.Throws<InvalidOperationException>(() => decoder.Read(CancellationToken.None).Count());
        Assert.Equal("broken", error.Message);
    }

    [Fact]
    public void The_replayer_is_fed_every_row_once()
    {
        var bytes = Mixed();
        using var trace = Trace.Open(TraceInput.FromBytes(bytes, "t"), new TraceOptions { Threads = 2 });
        var replayer = new TraceReplayer([]);
        foreach (var batch in trace.Batches()) replayer.Process(batch);
        Assert.Equal(trace.Lines.Events, replayer.Rows);
        Assert.Equal(trace.Lines.LostMarkers, replayer.LostMarkers);
    }
}
