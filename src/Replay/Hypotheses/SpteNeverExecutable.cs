using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Every fetch ends with a small SPTE without execute permission.</summary>
internal sealed class SpteNeverExecutable : IHypothesis
{
    public string Id => "spte-never-executable";

    public string Title => "make_spte() never makes the 4K page executable";

    public double Explains(FaultObservation seen) =>
        !seen.Access.IsFetch || seen.Injected || seen.L1Outcome != NestedOutcome.Ok
            ? 0
            : seen.Result is { IsPresent: true } result
                ? result is { SupervisorExec: false, UserExec: false } && seen.ResultLevel <= 1 && (seen.Wrote || seen.Requested) ? 1 : 0
                : seen.Requested && seen.Access.IsPresent ? 0.8 : 0;
}
