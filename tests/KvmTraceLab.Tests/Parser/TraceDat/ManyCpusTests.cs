using System.Globalization;
using System.Text;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Parser.Formats.TraceDat;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>Streams merged, few and many: each row keeps its fields, its text and its words, wherever it is copied to.</summary>
public sealed class ManyCpusTests
{
    private const int Turns = 45;

    /// <summary>With 400 CPUs a batch holds a few rows of each unit, with three all of it.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(40, 2)]
    [InlineData(400, 1)]
    [InlineData(400, 3)]
    public void Rows_of_all_CPUs_come_in_order_with_what_they_say(int cpus, int threads)
    {
        using var trace = Trace.Open(TraceInput.FromBytes(File(cpus)), new TraceOptions { Threads = threads });
        var got = new StringBuilder();
        foreach (var batch in trace.Batches())
            for (var i = 0; i < batch.Count; i++) got.Append(CultureInfo.InvariantCulture, $"{batch[i].Time} {batch[i].Cpu} {Said(batch[i])}\n");
        var expected = new StringBuilder();
        for (var turn = 0; turn < Turns; turn++)
        {
            for (var place = 0; place < 3; place++)
            {
                for (var cpu = 0; cpu < cpus; cpu++)
                {
                    var time = TimeOf(turn, place);
                    var said = place switch { 0 => $"port {cpu}", 1 => Message(cpu, turn), _ => $"a={cpu} b={turn}" };
                    expected.Append(CultureInfo.InvariantCulture, $"{time} {cpu} {said}\n");
                }
            }
        }

        Assert.Equal(expected.ToString(), got.ToString());
        Assert.Empty(trace.Health.Entries);
    }

    /// <summary>Whatever is added and moved: the heap's first is the earliest, and no other comes before the time it tells.</summary>
    [Fact]
    public void The_heap_is_as_a_sorted_list()
    {
        var random = new Random(3);
        var streams = Enumerable.Range(0, 50).Select(i => (Time: (long)random.Next(30), Rank: 49 - i, Stream: i)).ToList();
        var heap = new MergeHeap(streams.Count);
        foreach (var (time, rank, stream) in streams) heap.Add(time, rank, stream);
        while (streams.Count > 0)
        {
            streams = [.. streams.OrderBy(s => s.Time).ThenBy(s => s.Rank)];
            Assert.Equal((streams.Count, streams[0].Stream), (heap.Count, heap.First));
            var until = streams.Count == 1 ? long.MaxValue : streams[1].Rank < streams[0].Rank ? streams[1].Time - 1 : streams[1].Time;
            Assert.Equal(until, heap.Until());
            if (random.Next(8) == 0)
            {
                streams.RemoveAt(0);
                heap.RemoveFirst();
            }
            else
            {
                streams[0] = streams[0] with { Time = streams[0].Time + random.Next(6) };
                heap.MoveFirst(streams[0].Time);
            }
        }
    }

    private static string Said(EventRow row) => row.Name switch
    {
        "kvm_pio" => $"port {KvmPio.Over(row).Port}",
        "kvm_nested_vmenter_failed" => KvmNestedVmenterFailed.Over(row).Msg,
        _ => Encoding.UTF8.GetString(row.RawPayload).Trim(),
    };

    private static byte[] File(int cpus)
    {
        const string Message = "\tfield:__data_loc char[] msg;\toffset:8;\tsize:4;\tsigned:1;\n\tfield:u32 err;\toffset:12;\tsize:4;\tsigned:0;\n";
        const string Pair = "\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n\tfield:int b;\toffset:12;\tsize:4;\tsigned:1;\n";
        var b = new TraceDatBuilder();
        b.Event("kvm", TraceDatBuilder.Format("kvm_pio", 0x1f, TraceDatFileTests.PioFields)).Event("kvm", TraceDatBuilder.Format("kvm_nested_vmenter_failed", 8, Message))
            .Event("other", TraceDatBuilder.Format("pair", 9, Pair, "\"%d of %d\", REC->a, REC->b"));
        for (var cpu = 0; cpu < cpus; cpu++)
        {
            var page = new RingPageBuilder((ulong)TimeOf(0, 0));
            for (var turn = 0; turn < Turns; turn++)
            {
                var text = ManyCpusTests.Message(cpu, turn);
                page.Data(turn == 0 ? 0u : 10, b.Numbers((0x1f, 2), (0, 2), (122, 4), (0, 4), ((ulong)cpu, 4), (1, 4), (1, 4), (7, 4)))
                    .Data(10, [.. b.Numbers((8, 2), (0, 2), (122, 4), ((ulong)(((text.Length + 1) << 16) | 16), 4), (0, 4)), .. Encoding.ASCII.GetBytes(text + "\0")])
                    .Data(10, b.Numbers((9, 2), (0, 2), (122, 4), ((ulong)cpu, 4), ((ulong)turn, 4)));
            }

            b.Page(cpu, page);
        }

        return b.Build();
    }

    private static string Message(int cpu, int turn) => $"m{cpu}.{turn}";

    private static long TimeOf(int turn, int place) => 1000 + (30 * turn) + (10 * place);
}
