using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KvmTraceLab.Cli;
using KvmTraceLab.Parser;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>Recorded text against counts made with awk, and its dialects against each other.</summary>
public sealed class RecordedTextTests
{
    /// <summary>Spellings of the kernel's text on AMD; on Intel both are the same.</summary>
    private static readonly Dictionary<string, string> ReportNames = new(StringComparer.Ordinal)
    {
        ["npf"] = "EXIT_NPF", ["io"] = "EXIT_IOIO", ["msr"] = "EXIT_MSR", ["interrupt"] = "EXIT_INTR", ["cpuid"] = "EXIT_CPUID", ["hlt"] = "EXIT_HLT", ["vmmcall"] = "EXIT_VMMCALL",
    };

    private static string Fixture(string name) => TextRows.Fixture(Path.Combine("text", name + ".txt.zst"));

    private static JsonObject Analyze(string name)
    {
        using var trace = Trace.Open(Fixture(name), new TraceOptions { Threads = 1 });
        return Analyzed.Document(trace);
    }

    [Theory]
    [InlineData("svm61-heals-default", "amd")]
    [InlineData("svm61-heals-kernel", "amd")]
    [InlineData("svm61-legacy-kernel", "amd")]
    [InlineData("vmx72-nobit6-kernel", "intel")]
    public void Counts_are_those_of_awk(string name, string vendor)
    {
        var truth = File.ReadLines(TextRows.Fixture(Path.Combine("text", "truth.csv"))).Select(l => l.Split(',')).Where(c => c[0] == name)
            .ToLookup(c => c[1], c => (Key: c[2], Count: long.Parse(c[3])));
        var json = Analyze(name);
        Assert.Equal(("trace-cmd-text", vendor), ((string)json["source"]!["format"]!, (string)json["source"]!["vendor"]!));
        Assert.Equal((0, 0), ((int)json["health"]!["notUnderstood"]!, (int)json["health"]!["lostEvents"]!));
        Assert.Empty(json["health"]!["counters"]!.AsArray());
        Assert.Equal(truth["event"].OrderBy(e => e.Key, StringComparer.Ordinal), json["events"]!.AsArray().Select(e => ((string)e!["event"]!, (long)e["count"]!)).OrderBy(e => e.Item1, StringComparer.Ordinal));
        Assert.Equal(
            truth["reason"].Select(r => (ReportNames.GetValueOrDefault(r.Key, r.Key), r.Count)).OrderBy(e => e.Item1, StringComparer.Ordinal),
            json["exits"]!.AsArray().Select(e => ((string)e!["reason"]!, (long)e["count"]!)).OrderBy(e => e.Item1, StringComparer.Ordinal));

        // Equal counts are ordered by address here and by text there: compare above the last count that is whole.
        var last = truth["rip"].Min(r => r.Count);
        Assert.Equal(
            truth["rip"].Where(r => r.Count > last).OrderBy(r => r.Key, StringComparer.Ordinal),
            json["rips"]!.AsArray().Select(r => (Key: (string)r!["rip"]!, Count: (long)r["count"]!)).Where(r => r.Count > last).OrderBy(r => r.Key, StringComparer.Ordinal));
    }

    /// <summary>The same trace in four dialects: the same report but for what a dialect leaves out (comm cut to 8, times to microseconds).</summary>
    [Theory]
    [InlineData("svm61-heals-latency")]
    [InlineData("svm61-heals-raw")]
    [InlineData("svm61-heals-default")]
    public void Dialects_give_the_same_report(string name)
    {
        var expected = Analyze("svm61-heals-kernel");
        var actual = Analyze(name);
        Assert.Equal(expected["events"]!.ToJsonString(), actual["events"]!.ToJsonString());
        Assert.Equal(expected["rips"]!.ToJsonString(), actual["rips"]!.ToJsonString());
        var keys = name == "svm61-heals-default" ? (string[])["reason", "count", "timed"] : ["reason", "count", "timed", "totalNs", "minNs", "p50Ns", "maxNs"];
        foreach (var key in keys)
            Assert.Equal(expected["exits"]!.AsArray().Select(e => e![key]!.ToJsonString()), actual["exits"]!.AsArray().Select(e => e![key]!.ToJsonString()));
        Assert.Equal(expected["loops"]!.AsArray().Select(l => $"{l!["period"]} {l["iterations"]} {l["kind"]}"), actual["loops"]!.AsArray().Select(l => $"{l!["period"]} {l["iterations"]} {l["kind"]}"));
    }

    /// <summary>
    /// <c>ktl events --format trace-cmd</c> prints what <c>trace-cmd report -N -t</c> prints, from its text and from trace.dat. Blanks are not
    /// compared, nor is what libtraceevent gets wrong: the SPTE's <c>u</c> (no sign extension), the clock's
    /// name (0x1 for <c>tsc</c>) and lines it FAILED TO PARSE; the names behind <c>inhibits=</c> are of newer kernels than 6.1.
    /// </summary>
    [Theory]
    [InlineData("svm61-heals-kernel", null)]
    [InlineData("svm61-legacy-kernel", null)]
    [InlineData("vmx72-nobit6-kernel", null)]
    [InlineData("svm61-legacy-kernel", "svm61-control-legacy.dat")]
    [InlineData("vmx72-nobit6-kernel", "vmx72-m3-nobit6.dat")]
    public void Events_as_trace_cmd_prints_them(string name, string? dat)
    {
        var output = Path.GetTempFileName();
        try
        {
            var input = dat is null ? Fixture(name) : TextRows.Fixture(Path.Combine("dat", dat));
            Assert.Equal(0, Root.Create().Parse(["events", input, "--format", "trace-cmd", "-o", output]).Invoke());
            using var stream = KvmTraceLab.Parser.Input.TraceInput.Open(Fixture(name));
            var buffer = new byte[4 << 20];
            var text = System.Text.Encoding.UTF8.GetString(buffer, 0, stream.Read(buffer));
            Assert.Equal(Lines(text), Lines(File.ReadAllText(output)));
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static List<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(l => !l.Contains("[FAILED TO PARSE]", StringComparison.Ordinal) && !Regex.IsMatch(l, "kvm_mmu_(?:get_page|prepare_zap_page|sync_page|unsync_page):", RegexOptions.None, TimeSpan.FromSeconds(1)))
        .Select(l => Regex.Replace(Regex.Replace(l, @"\((?<p>[r-][w-][x-])[u-]?\)", "(${p})", RegexOptions.None, TimeSpan.FromSeconds(1)), @"\s+", " ", RegexOptions.None, TimeSpan.FromSeconds(1)).Replace("hostclock 0x1", "hostclock tsc", StringComparison.Ordinal))
        .Select(l => l.Contains("inhibits=", StringComparison.Ordinal) ? l[..(l.IndexOf("inhibits=0x", StringComparison.Ordinal) + 12)] : l.Trim())];
}
