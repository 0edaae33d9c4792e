using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>A mapping is asked for each time and never written.</summary>
internal sealed class CmpxchgRetry : IHypothesis
{
    public string Id => "cmpxchg-retry";

    public string Title => "the TDP MMU gives up before its cmpxchg and retries for ever";

    public double Explains(FaultObservation seen) =>
        seen is { L1Outcome: NestedOutcome.Ok, Requested: true, Wrote: false, Injected: false, Granted: false } && seen.Result is not { IsPresent: true }
            ? seen.Access.IsPresent ? 0.4 : 1 // hardware found a present entry: then the trouble lies in what was written
            : 0;
}
