using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>P (SVM) or permission bits 6:3 (VMX) are there.</summary>
internal sealed class NotPresentInjectedAsPresent : IHypothesis
{
    public string Id => "not-present-injected-as-present";

    public string Title => "the injected information says permission violation for an entry that is not there";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && d != 0 && !seen.L1Present && (seen.Access.Mode == FaultMode.Ept ? (d & ~0x78UL) == 0 : d == 1)
            ? 1
            : 0;
}
