using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>
/// Real recordings (trace-cmd 3.1.6 and 3.4.0, kernels 6.1 and 7.2) with most of kallsyms cut away, against what
/// trace-cmd report of 3.1.6 says of them. How the golden files were made stands in Fixtures/dat/README.md.
/// </summary>
public sealed class TraceDatFixtureTests
{
    private static readonly string[] Names =
    [
        "svm61-control-legacy", "svm61-g2-short5", "svm61-legacy-g3-exec", "vmx72-m3-nobit6",
        "svm61-mix-zlib", "svm61-mix-tsc", "svm61-mix-instance", "svm61-mix-extract", "svm61-mix-v6", "svm61-mix-stack",
    ];

    public static TheoryData<string, int> Files()
    {
        var files = new TheoryData<string, int>();
        foreach (var name in Names)
        {
            files.Add(name, 1);
            files.Add(name, 3);
        }

        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Counts_and_every_time_cpu_task_and_name_are_those_of_trace_cmd_report(string name, int threads) =>
        Assert.Equal(File.ReadAllText(PathOf(name + ".golden.txt")), Summary(name, threads, payload: false));

    /// <summary>The events have other names here, so that none has a shape and all fields are printed from their descriptions.</summary>
    [Fact]
    public void Raw_fields_are_printed_as_by_trace_cmd_report_R() =>
        Assert.Equal(File.ReadAllText(PathOf("v6-renamed.golden.txt")), Summary("v6-renamed", 1, payload: true));

    [Fact]
    public void The_file_tells_about_itself()
    {
        using var trace = Trace.Open(PathOf("vmx72-m3-nobit6.dat"), new TraceOptions { Threads = 1 });
        var info = trace.Info;
        Assert.Equal(
            (7, "zstd", 1, "local", TimeUnit.Nanoseconds, "7.2.13+deb14-cloud-amd64", "(none)", "x86_64", 4096, 32),
            (info.Version, info.Compression, info.Cpus, info.Clock, info.TimeUnit, info.Kernel, info.Hostname, info.Architecture, info.PageSize, info.HostSymbols.Count));
        Assert.Contains(("recorded by", "trace-cmd 3.4.0 not-a-git-repo"), info.Facts);
    }

    [Theory]
    [InlineData("svm61-mix-zlib", 7, "zlib", "local", TimeUnit.Nanoseconds)]
    [InlineData("svm61-mix-tsc", 7, "zstd", "x86-tsc", TimeUnit.Cycles)]
    [InlineData("svm61-mix-instance", 7, "zstd", "local", TimeUnit.Nanoseconds)]
    [InlineData("svm61-mix-extract", 7, "zstd", "local", TimeUnit.Nanoseconds)]
    [InlineData("svm61-mix-stack", 7, "zstd", "local", TimeUnit.Nanoseconds)]
    [InlineData("svm61-mix-v6", 6, "none", "local", TimeUnit.Nanoseconds)]
    public void Version_compression_and_clock_are_those_it_was_recorded_with(string name, int version, string compression, string clock, TimeUnit unit)
    {
        using var trace = Trace.Open(PathOf(name + ".dat"), new TraceOptions { Threads = 1 });
        var info = trace.Info;
        Assert.Equal((version, compression, clock, unit, 2), (info.Version, info.Compression, info.Clock, info.TimeUnit, info.Cpus));
        foreach (var batch in trace.Batches()) Assert.NotEqual(0, batch.Count);
        Assert.Empty(trace.Health.Entries);
    }

    [Theory]
    [InlineData("svm61-g2-short5")]
    [InlineData("vmx72-m3-nobit6")]
    public void Mutations_of_a_real_file_end_in_an_answer(string name) =>
        TraceDatDamageTests.Mutate(File.ReadAllBytes(PathOf(name + ".dat")), 11, TraceDatDamageTests.Count(150));

    private static string Summary(string name, int threads, bool payload)
    {
        using var trace = Trace.Open(PathOf(name + ".dat"), new TraceOptions { Threads = threads });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        long events = 0, markers = 0, lost = 0;
        foreach (var batch in trace.Batches())
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var row = batch[i];
                if ((row.Flags & RowFlags.Lost) != 0)
                {
                    markers++;
                    lost += (long)row[0];
                    hash.AppendData(Encoding.UTF8.GetBytes($"LOST {row.Cpu} {row[0]}\n"));
                    continue;
                }

                events++;
                counts[row.Name] = counts.GetValueOrDefault(row.Name) + 1;
                var raw = payload ? Encoding.UTF8.GetString(row.RawPayload).TrimEnd() : "";
                hash.AppendData(Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetString(row.Comm)}-{row.Tid} [{row.Cpu}] {row.Time} {row.Name}{raw}\n"));
            }
        }

        Assert.Equal(events, trace.Lines.Events);
        Assert.Equal(markers, trace.Lines.LostMarkers);
        Assert.Equal(lost, trace.Info.LostByCpu.Values.Sum(l => l.Counted));
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"events {events}\nlost markers {markers}\nlost events {lost}\nsha256 {Convert.ToHexStringLower(hash.GetHashAndReset())}\n");
        foreach (var (key, count) in counts) text.Append(CultureInfo.InvariantCulture, $"{key} {count}\n");
        return text.ToString();
    }

    private static string PathOf(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "tests", "KvmTraceLab.Tests", "Fixtures", "dat", file);
            if (File.Exists(path)) return path;
        }

        throw new FileNotFoundException(file);
    }
}
