using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The fault is dropped before a mapping is tried: nothing at all is traced.</summary>
internal sealed class StaleMmuSeq : IHypothesis
{
    public string Id => "stale-mmu-seq";

    public string Title => "is_page_fault_stale() is always true (mmu_seq kept in an int)";

    public double Explains(FaultObservation seen) =>
        seen is { L1Outcome: NestedOutcome.Ok, Requested: false, Wrote: false, FastFixed: false, Injected: false, Granted: false, ResultAllows: false, FastSpurious: false } ? seen.Old is { IsPresent: true, MmuWritable: false } || seen.Access.IsReserved ? 0.4 : 1 : 0;
}
