using System.Text.Json.Nodes;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Tests.Cli;

/// <summary><c>ktl analyze</c> without the command line around it.</summary>
internal static class Analyzed
{
    public static string Root { get; } = Parser.Text.TextRows.Root();

    /// <summary>Bytes of a sample, with the path people would type.</summary>
    public static Trace Sample(string name, int threads = 1) =>
        Trace.Open(TraceInput.FromBytes(File.ReadAllBytes(Path.Combine(Root, "samples", name)), "samples/" + name), new TraceOptions { Threads = threads });

    public static Trace Text(string text) => Trace.Open(TraceInput.FromBytes(System.Text.Encoding.UTF8.GetBytes(text), "trace.txt"), new TraceOptions { Threads = 1, Format = "pasted-text" });

    public static Report Report(Trace trace, int minIterations = 16)
    {
        var suite = new AnalysisSuite(minIterations);
        var replayer = new TraceReplayer(suite.Observers);
        foreach (var batch in trace.Batches())
        {
            suite.SeeBatch(batch);
            replayer.Process(batch);
        }

        replayer.End();
        return suite.Report("analyze", new TraceRun(trace, replayer));
    }

    public static string Json(Trace trace, int minIterations = 16) => ReportOutputs.Render("json", Report(trace, minIterations));

    public static JsonObject Document(Trace trace, int minIterations = 16) => JsonNode.Parse(Json(trace, minIterations))!.AsObject();
}
