using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Tests.Analysis.Signatures;

/// <summary>Runs a trace through the replay and the signatures.</summary>
internal sealed class SignatureRun
{
    public required IReadOnlyList<Finding> Findings { get; init; }

    public required IReadOnlyList<Loop> Loops { get; init; }

    public required Report Report { get; init; }

    public IEnumerable<string> Ids => Findings.Select(f => f.Signature.Id).Order(StringComparer.Ordinal);

    public Finding The(string id) => Assert.Single(Findings, f => f.Signature.Id == id);

    public JsonObject Note(string id) => Report.Document["notes"]!.AsArray().Select(n => n!.AsObject()).Single(n => (string?)n["id"] == id);

    public static SignatureRun OfWild(string start, int minIterations = 16) =>
        OfFile(Directory.GetFiles(Wild(), start + "*").Single(), minIterations);

    public static SignatureRun OfText(string text, int minIterations = 16)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            return OfFile(path, minIterations);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Replays a text for one observer alone.</summary>
    public static void Replay(string text, TraceObserver observer)
    {
        using var trace = Trace.Open(TraceInput.FromBytes(System.Text.Encoding.UTF8.GetBytes(text)), new TraceOptions());
        var replayer = new TraceReplayer([observer]);
        foreach (var batch in trace.Batches()) replayer.Process(batch);
        replayer.End();
    }

    public static SignatureRun OfFile(string path, int minIterations = 16)
    {
        var facts = new FactsCollector();
        var loops = new LoopDetector(minIterations);
        using var trace = Trace.Open(path);
        var replayer = new TraceReplayer([facts, loops]);
        foreach (var batch in trace.Batches()) replayer.Process(batch);
        replayer.End();
        var run = new TraceRun(trace, replayer);
        var analysis = new SignatureAnalysis(loops, facts);
        var report = new Report("analyze");
        analysis.AddTo(report, run);
        return new SignatureRun { Findings = analysis.Findings!, Loops = loops.Loops, Report = report };
    }

    public static string Wild([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../Fixtures/wild"));
}
