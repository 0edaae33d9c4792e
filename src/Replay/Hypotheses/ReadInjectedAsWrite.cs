using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>W is there (SVM), or bit 1 (VMX).</summary>
internal sealed class ReadInjectedAsWrite : IHypothesis
{
    public string Id => "read-injected-as-write";

    public string Title => "a read or fetch is reported to L1 as a write";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && !seen.Access.IsWrite && (seen.Access.Mode == FaultMode.Ept ? (d & 2) != 0 && (d & ~7UL) == 0 : d == 2)
            ? 1
            : 0;
}
