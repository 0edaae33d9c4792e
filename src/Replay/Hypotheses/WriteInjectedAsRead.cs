using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>W is missing (SVM), or bit 0 stands for bit 1 (VMX).</summary>
internal sealed class WriteInjectedAsRead : IHypothesis
{
    public string Id => "write-injected-as-read";

    public string Title => "a write is reported to L1 as a read";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && seen.Access.IsWrite && (seen.Access.Mode == FaultMode.Ept ? d is 3 or 2 : d == 2) ? 1 : 0;
}
