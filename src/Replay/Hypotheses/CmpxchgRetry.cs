using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>A mapping is asked for each time and never written.</summary>
internal sealed class CmpxchgRetry : IHypothesis
{
    public string Id => "cmpxchg-retry";

    public string Title => "the TDP MMU gives up before its cmpxchg and retries for ever";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: false, Requested: true, Wrote: false, Injected: false, Granted: false } && seen.Result is not { IsPresent: true }
            ? 1
            : 0;
}
