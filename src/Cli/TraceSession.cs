using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Symbols;
using KvmTraceLab.Output.Files;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli;

/// <summary>Reads one trace through the replay for a command.</summary>
internal static class TraceSession
{
    /// <summary>Runs all observers over the trace; <paramref name="onBatch"/> sees each batch before them.</summary>
    public static TraceRun Run(Trace trace, TraceRequest request, IEnumerable<TraceObserver> observers, Action<EventBatch>? onBatch = null)
    {
        // Before the trace: who mistypes the name should not wait for the end.
        var symbols = request.GuestMap is { } map ? SymbolMap.Read(map) : SymbolMap.Empty;
        var replayer = new TraceReplayer(observers, () => request.Filter(trace.Info.TimeUnit));
        foreach (var batch in trace.Batches(Interrupt.Token))
        {
            onBatch?.Invoke(batch);
            replayer.Process(batch);
        }

        replayer.End();
        return new TraceRun(trace, replayer)
        {
            GuestSymbols = symbols,
        };
    }

    /// <summary>A progress bar; silent where standard error is no terminal.</summary>
    public static ProgressBar Bar(TraceRequest request)
    {
        var shown = !request.Quiet && !Console.IsErrorRedirected;
        return new ProgressBar(shown ? Console.Error : TextWriter.Null, shown);
    }

    public static Trace Open(string file, TraceRequest request, ProgressBar? progress = null) => Trace.Open(file, new TraceOptions
    {
        Threads = request.Threads,
        Format = request.InputFormat,
        Progress = progress is null ? null : progress.Report,
    });
}
