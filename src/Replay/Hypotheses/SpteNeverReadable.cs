using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Every fault ends with an SPTE that lacks R (P outside EPT), or U where nested walks are users.</summary>
internal sealed class SpteNeverReadable : IHypothesis
{
    public string Id => "spte-never-readable";

    public string Title => "make_spte() never grants read, or the user access that every nested walk needs";

    public double Explains(FaultObservation seen) =>
        seen is { ResultAllows: false, Injected: false, L1Outcome: NestedOutcome.Ok, Result: { IsPresent: true } result } && !seen.Widened && (seen.Wrote || seen.Requested) &&
        (result.Layout.Kind == MmuKind.Ept ? seen.Access is { IsWrite: false, IsFetch: false } && !result.Readable : !result.Readable || (!result.User && (result.Writable || !seen.Access.IsWrite) && (result.SupervisorExec || !seen.Access.IsFetch)))
            ? 1
            : 0;
}
