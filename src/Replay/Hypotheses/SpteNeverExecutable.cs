using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Every fetch ends with a small SPTE without execute permission.</summary>
internal sealed class SpteNeverExecutable : IHypothesis
{
    public string Id => "spte-never-executable";

    public string Title => "make_spte() never makes the 4K page executable";

    public double Explains(FaultObservation seen) =>
        seen.Access.IsFetch && seen.Result is { IsPresent: true, SupervisorExec: false, UserExec: false } && seen.ResultLevel <= 1 && (seen.Wrote || seen.Requested)
            ? 1
            : 0;
}
