using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output;
using KvmTraceLab.Output.Stacks;

namespace KvmTraceLab.Tests.Output;

public sealed class StackExportTests
{
    private static readonly StackSample[] Small =
    [
        new(16105, ["vm", "vCPU 0", "L1", "IO_INSTRUCTION", "0x608 \u001b \"<&>\"", "0xfff0"], 52, 1_234_567_891_011),
        new(16105, ["vm", "vCPU 0", "L1", "EPT_VIOLATION", "0x1000", "0xfff0"], 33_554_433, 470),
        new(16105, ["vm", "vCPU 0", "L1", "EPT_VIOLATION", "0x1000", "0xfff0"], 1, 1),
        new(16106, ["vm", "vCPU 0", "L1", "HLT"], 7, 0),
    ];

    [Theory]
    [InlineData(StackWeight.Count)]
    [InlineData(StackWeight.Time)]
    public void Totals_in_every_format_are_those_of_the_samples(StackWeight weight)
    {
        var expected = Small.GroupBy(s => s.Tid).ToDictionary(g => g.Key, g => g.Sum(s => weight == StackWeight.Count ? s.Count : s.TotalNs));
        foreach (var none in expected.Where(e => e.Value == 0).Select(e => e.Key).ToList()) expected.Remove(none);
        Assert.Equal(expected, Speedscope(Small, weight));
        Assert.Equal(expected.Values.Sum(), PerfView(Small, weight));
        foreach (var (tid, ms) in Chromium(Small, weight))
        {
            var exact = expected[tid] * (weight == StackWeight.Count ? 1 : 1e-6);
            Assert.Equal(exact, ms, 1e-9 * exact);
        }
    }

    [Fact]
    public void Speedscope_totals_hold_for_any_samples() => Prop.ForAll(
        Arb.From((from tid in Gen.Choose(1, 3)
                  from depth in Gen.Choose(2, 5)
                  from names in Gen.Elements("a", "b", "L2").ListOf(5)
                  from count in Gen.Frequency((3, Gen.Choose(1, 100).Select(n => (long)n)), (1, Gen.Choose(1, int.MaxValue).Select(n => n * 1000L)))
                  select new StackSample(tid, [.. names.Take(depth)], count, count)).NonEmptyListOf()),
        samples =>
        {
            var expected = samples.GroupBy(s => s.Tid).ToDictionary(g => g.Key, g => g.Sum(s => s.Count));
            Assert.Equal(expected.OrderBy(e => e.Key), Speedscope([.. samples], StackWeight.Count).OrderBy(e => e.Key));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Names_are_kept_and_made_harmless()
    {
        var file = JsonNode.Parse(Render("speedscope", Small, StackWeight.Count))!;
        var names = file["shared"]!["frames"]!.AsArray().Select(f => f!["name"]!.GetValue<string>()).ToList();
        Assert.Contains("0x608 \\x1b \"<&>\"", names);
        Assert.Equal(["Thread (16105) vCPU 0", "Thread (16106) vCPU 0"], names.Where(n => n.StartsWith("Thread", StringComparison.Ordinal)).Order());
        Assert.Equal("none", file["profiles"]![0]!["unit"]!.GetValue<string>());
        Assert.Equal("nanoseconds", JsonNode.Parse(Render("speedscope", Small, StackWeight.Time))!["profiles"]![0]!["unit"]!.GetValue<string>());
    }

    [Fact]
    public void A_difference_has_what_grew_and_what_shrank()
    {
        StackSample[] next = [new(1, ["vm", "vCPU 0", "L1", "HLT"], 10, 0), new(1, ["vm", "vCPU 0", "L1", "IO_INSTRUCTION", "0x608 \u001b \"<&>\"", "0xfff0"], 2, 0), new(1, ["vm", "vCPU 0", "new"], 5, 0)];
        using var stream = new MemoryStream();
        StackExport.WriteDifference(Small, next, "speedscope", StackWeight.Count, "d", stream);
        var totals = Totals(Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(new Dictionary<int, long> { [1] = 3 + 5, [2] = 50 + 33_554_434 }, totals);
    }

    [Fact]
    public void An_unknown_format_is_an_error_and_no_samples_are_none()
    {
        Assert.Throws<OutputException>(() => Render("flamegraph", Small, StackWeight.Count));
        foreach (var format in StackExport.Formats) Assert.NotEmpty(Render(format, [], StackWeight.Count));
    }

    [SpeedscopeFact]
    public void Speedscope_itself_opens_its_own_format() => Opens("speedscope", "Importing as speedscope json file", "<title>a_b_c.txt - speedscope</title>");

    /// <summary>Speedscope reads Chromium's format too, and refuses begins and ends that do not match.</summary>
    [SpeedscopeFact]
    public void Speedscope_itself_opens_the_Chromium_format() => Opens("chromium", "Importing as Trace Event Format profile", " - speedscope</title>");

    private static void Opens(string format, string importer, string title)
    {
        var folder = Directory.CreateTempSubdirectory("ktl-speedscope");
        try
        {
            var profile = Convert.ToBase64String(Encoding.UTF8.GetBytes(Render(format, Small, StackWeight.Count)));
            var script = Path.Combine(folder.FullName, "profile.js");
            File.WriteAllText(script, $"speedscope.loadFileFromBase64('trace.json','{profile}')");
            var (dom, log) = ChromiumFactAttribute.Run(
                folder.FullName, "--enable-unsafe-swiftshader", "--virtual-time-budget=10000", "--dump-dom",
                $"file://{SpeedscopeFactAttribute.Page}#localProfilePath={script}");
            Assert.Contains(importer, log, StringComparison.Ordinal);
            Assert.Contains(title, dom, StringComparison.Ordinal);
            Assert.Contains("Thread (16105) vCPU 0", dom, StringComparison.Ordinal);
            Assert.DoesNotContain("Something went wrong", dom, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Render(string format, IReadOnlyList<StackSample> samples, StackWeight weight)
    {
        using var stream = new MemoryStream();
        StackExport.Write(samples, format, weight, "a/b c.txt", stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Dictionary<int, long> Speedscope(IReadOnlyList<StackSample> samples, StackWeight weight) => Totals(Render("speedscope", samples, weight));

    /// <summary>The weight of every thread: the leaves' widths, not the profile's end, so that gaps and overlaps would show.</summary>
    private static Dictionary<int, long> Totals(string speedscope)
    {
        var totals = new Dictionary<int, long>();
        foreach (var profile in JsonNode.Parse(speedscope)!["profiles"]!.AsArray())
        {
            var open = new Stack<int>();
            double last = 0;
            double covered = 0;
            foreach (var e in profile!["events"]!.AsArray())
            {
                var at = e!["at"]!.GetValue<double>();
                Assert.True(at >= last);
                if (open.Count > 0) covered += at - last;
                last = at;
                if (e["type"]!.GetValue<string>() == "O") open.Push(e["frame"]!.GetValue<int>());
                else Assert.Equal(open.Pop(), e["frame"]!.GetValue<int>());
            }

            Assert.Empty(open);
            var name = profile["name"]!.GetValue<string>();
            totals.Add(int.Parse(name.Split('(', ')')[1]), (long)covered);
        }

        return totals;
    }

    private static Dictionary<int, double> Chromium(IReadOnlyList<StackSample> samples, StackWeight weight)
    {
        var totals = new Dictionary<int, double>();
        foreach (var e in JsonNode.Parse(Render("chromium", samples, weight))!["traceEvents"]!.AsArray())
        {
            if (e!["name"]!.GetValue<string>() != "vm" || e["ph"]!.GetValue<string>() == "M") continue;
            var ms = e["ts"]!.GetValue<double>() / 1000 * (e["ph"]!.GetValue<string>() == "B" ? -1 : 1);
            var tid = e["tid"]!.GetValue<int>();
            totals[tid] = totals.GetValueOrDefault(tid) + ms;
        }

        return totals;
    }

    private static long PerfView(IReadOnlyList<StackSample> samples, StackWeight weight) =>
        XDocument.Parse(Render("perfview", samples, weight)).Descendants("Sample").Sum(s => (long)s.Attribute("Metric")!);
}

/// <summary>A test that needs Chromium and the npm package speedscope (its folder in <c>KTL_SPEEDSCOPE</c>, or installed globally).</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SpeedscopeFactAttribute : FactAttribute
{
    public SpeedscopeFactAttribute()
    {
        if (!ChromiumFactAttribute.IsInstalled) Skip = "chromium is not installed (Debian: apt-get install chromium)";
        else if (Page is null) Skip = "the npm package speedscope is not installed (npm install -g speedscope, or KTL_SPEEDSCOPE=folder)";
    }

    internal static string? Page => new[] { Environment.GetEnvironmentVariable("KTL_SPEEDSCOPE"), "/usr/lib/node_modules/speedscope", "/usr/local/lib/node_modules/speedscope" }
        .Where(folder => folder is not null).Select(folder => Path.Combine(folder!, "dist", "release", "index.html")).FirstOrDefault(File.Exists);
}
