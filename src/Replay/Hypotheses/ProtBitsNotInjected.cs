using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>P (SVM) or the permission bits 6:3 (VMX) are missing.</summary>
internal sealed class ProtBitsNotInjected : IHypothesis
{
    public string Id => "present-not-injected";

    public string Title => "the injected information says not-present for a permission violation";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && d != 0 && seen.L1Present && (seen.Access.Mode == FaultMode.Ept ? (d & ~0x78UL) == 0 && (seen.InjectInfo1 & 0x38) == 0 : d == 1) ? 0.98 : 0;
}
