using System.Text.Json.Nodes;
using KvmTraceLab.Cli;
using KvmTraceLab.Parser;
using KvmTraceLab.Tests.Output;
using Microsoft.Diagnostics.Tracing.Stacks;

namespace KvmTraceLab.Tests.Cli;

/// <summary>What <c>ktl export</c> writes says what the exit table says: by reason, in exits and in time.</summary>
public sealed class ExportTotalsTests : IDisposable
{
    private const int ReasonDepth = 3;

    /// <summary>TraceEvent adds metrics up as floats; the file's own numbers are exact.</summary>
    private const double FloatError = 1e-6;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ktl-export");

    public static TheoryData<string> Samples => ["pm-timer-loop.txt", "shadow-paging.dat", "nested-mbec.txt.zst", "lost-events.txt", "arm64-sys64-three-pc.txt", "pm-timer-excerpt.txt"];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_export_has_the_totals_of_the_exit_table(string sample)
    {
        var exits = Exits(sample);
        Assert.NotEmpty(exits);
        foreach (var (weight, key) in new[] { ("count", "count"), ("time", "totalNs") })
        {
            var expected = exits.Where(e => e[key]!.GetValue<long>() > 0).ToDictionary(e => (string)e["reason"]!, e => e[key]!.GetValue<long>());
            Assert.Equal(expected, Speedscope(Export(sample, "speedscope", weight)));
            var (perfView, total) = PerfView(Export(sample, "perfview", weight));
            Assert.Equal(expected.Values.Sum(), total);
            Assert.Equal(expected.Keys.Order(), perfView.Keys.Order());
            foreach (var reason in expected.Keys) Assert.Equal(expected[reason], perfView[reason], expected[reason] * FloatError);
            Assert.Equal(expected, Chromium(Export(sample, "chromium", weight), weight == "count" ? 1000m : 0.001m));
        }

        var rows = File.ReadAllLines(Export(sample, "csv", null)).Select(l => l.Split(',')).ToList();
        var (name, count, sum) = (Array.IndexOf(rows[0], "reason"), Array.IndexOf(rows[0], "count"), Array.IndexOf(rows[0], "total_ns"));
        Assert.Equal(
            exits.Select(e => ((string)e["reason"]!, e["count"]!.GetValue<long>(), e["totalNs"]!.GetValue<long>())),
            rows.Skip(1).Select(r => (r[name], long.Parse(r[count]), r[sum].Length == 0 ? 0 : long.Parse(r[sum]))));
    }

    private static List<JsonNode> Exits(string sample)
    {
        using var trace = Trace.Open(Path.Combine(Analyzed.Root, "samples", sample), new TraceOptions { Threads = 1 });
        return [.. Analyzed.Document(trace)["exits"]!.AsArray().Select(e => e!)];
    }

    private string Export(string sample, string format, string? weight)
    {
        var path = Path.Combine(_folder.FullName, $"{sample}.{weight}.{format}");
        var code = Root.Create().Parse(["export", Path.Combine(Analyzed.Root, "samples", sample), "--to", format, "-o", path, .. weight is null ? Array.Empty<string>() : ["--weight", weight]]).Invoke();
        Assert.Equal(0, code);
        return path;
    }

    private static Dictionary<string, long> Speedscope(string path)
    {
        var file = JsonNode.Parse(File.ReadAllText(path))!;
        var names = file["shared"]!["frames"]!.AsArray().Select(f => (string)f!["name"]!).ToList();
        var totals = new Dictionary<string, long>();
        foreach (var profile in file["profiles"]!.AsArray())
            Sum(totals, profile!["events"]!.AsArray().Select(e => ((string)e!["type"]! == "O", names[(int)e["frame"]!], (decimal)e["at"]!)), 1);
        return totals;
    }

    /// <summary>By the format's rules: begins and ends of one thread nest, never go back in time, and refer to frames that are there.</summary>
    private static Dictionary<string, long> Chromium(string path, decimal unit)
    {
        var file = JsonNode.Parse(File.ReadAllText(path))!;
        var frames = file["stackFrames"]!.AsObject();
        var totals = new Dictionary<string, long>();
        var all = file["traceEvents"]!.AsArray().ToLookup(e => (string)e!["ph"]! == "M");
        var named = all[true].Where(e => (string)e!["name"]! == "thread_name").Select(e => ((int)e!["pid"]!, (int)e["tid"]!)).ToList();
        Assert.All(all[true], e => Assert.NotEqual("", (string)e!["args"]!["name"]!));
        foreach (var thread in all[false].GroupBy(e => ((int)e!["pid"]!, (int)e["tid"]!)))
        {
            Assert.Contains(thread.Key, named);
            Assert.All(thread, e => Assert.True((string)e!["ph"]! is "B" or "E" && (string)e["name"]! == (string)frames[e["sf"]!.ToString()]!["name"]!));
            Sum(totals, thread.Select(e => ((string)e!["ph"]! == "B", (string)e["name"]!, (decimal)e["ts"]!)), unit);
        }

        return totals;
    }

    private static void Sum(Dictionary<string, long> totals, IEnumerable<(bool Opens, string Frame, decimal At)> events, decimal unit)
    {
        var open = new Stack<(string Frame, decimal At)>();
        decimal last = 0;
        foreach (var (opens, frame, at) in events)
        {
            Assert.True(at >= last);
            last = at;
            if (opens)
            {
                open.Push((frame, at));
                continue;
            }

            var (name, from) = open.Pop();
            Assert.Equal(name, frame);
            if (open.Count == ReasonDepth) totals[name] = totals.GetValueOrDefault(name) + decimal.ToInt64((at - from) / unit);
        }

        Assert.Empty(open);
    }

    private static (Dictionary<string, double> Reasons, long Total) PerfView(string path)
    {
        using var stream = File.OpenRead(path);
        var (tree, total) = PerfViewFile.Read(stream);
        IEnumerable<CallTreeNode> level = [tree.Root];
        for (var depth = 0; depth <= ReasonDepth; depth++) level = level.SelectMany(n => n.Callees ?? Enumerable.Empty<CallTreeNode>());
        return (level.GroupBy(n => n.Name).ToDictionary(g => g.Key, g => g.Sum(n => (double)n.InclusiveMetric)), total);
    }
}
