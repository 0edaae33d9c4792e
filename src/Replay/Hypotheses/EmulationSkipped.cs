using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Nothing is mapped, which is right, and nothing is emulated.</summary>
internal sealed class EmulationSkipped : IHypothesis
{
    public string Id => "emulation-skipped";

    public string Title => "an access that must be emulated (read-only slot, tracked page table, MMIO) is retried instead";

    public double Explains(FaultObservation seen) =>
        seen is { Requested: false, Wrote: false, FastFixed: false, FastSpurious: false, Injected: false, Granted: false, ResultAllows: false } &&
        (seen.Access.IsReserved || (seen.Access is { IsPresent: true, IsWrite: true } && seen.Old is { IsPresent: true, MmuWritable: false }))
            ? 1
            : 0;
}
