using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using KvmTraceLab.Output;

namespace KvmTraceLab.Tests.Cli;

/// <summary>
/// Whole reports of the samples, as text and as JSON (long lists cut), in Golden/analyze; <c>KTL_UPDATE_GOLDEN=1</c> rewrites them, and the
/// diff is then to be read.
/// </summary>
public sealed class AnalyzeGoldenTests
{
    private const int KeptItems = 4;

    public static TheoryData<string, int> Samples() => new()
    {
        { "pm-timer-loop.txt", 16 },
        { "seed-mail.txt", 16 },
        { "pm-timer-excerpt.txt", 16 },
        { "ept-livelock-wrapped.txt", 2 },
        { "svm-gp-reinject.txt", 2 },
        { "nested-vmware-port.txt", 2 },
        { "nested-idt-in-mmio.txt", 16 },
        { "arm64-sys64-three-pc.txt", 2 },
        { "write-livelock.txt", 16 },
        { "demand-faults.txt", 16 },
        { "lost-events.txt", 16 },
        { "shadow-stale.dat", 16 },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Text(string sample, int minIterations)
    {
        using var trace = Analyzed.Sample(sample);
        var text = ReportOutputs.Render("text", Analyzed.Report(trace, minIterations));
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 100, $"wider than 100 columns: {line}"));
        GoldenFile.Check($"analyze/{sample}.txt", text);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Json(string sample, int minIterations)
    {
        using var trace = Analyzed.Sample(sample);
        var document = Analyzed.Document(trace, minIterations);
        Assert.Equal("ktl/analyze/1", document["schema"]!.GetValue<string>());
        Cut(document);
        GoldenFile.Check($"analyze/{sample}.json", document.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
    }

    /// <summary>Keeps the first items of long lists, so that the goldens can be read; loops, notes and templates stay whole.</summary>
    private static void Cut(JsonNode? node, string name = "")
    {
        switch (node)
        {
            case JsonObject o:
                foreach (var (key, value) in o) Cut(value, key);
                break;
            case JsonArray a:
                var keep = name is "template" or "precededBy" or "notes" or "bugs" or "counters" or "vcpus" ? int.MaxValue : KeptItems;
                var more = a.Count - keep;
                while (a.Count > keep) a.RemoveAt(a.Count - 1);
                if (more > 0) a.Add((JsonNode)$"… {more} more");
                foreach (var item in a) Cut(item);
                break;
        }
    }
}
