using KvmTraceLab.Analysis.Signatures.Catalog;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>
/// The visible list of signatures. The order decides which one names a loop that several fit: special ones before
/// general ones. A new signature is one declaration in Catalog/ and one line here.
/// </summary>
public static class SignatureCatalog
{
    public static IReadOnlyList<Signature> All { get; } =
    [
        Waits.PmTimer,
        Faults.StaleMmuSequence,
        Faults.LongInvalidation,
        Faults.PfnMapTailPages,
        Faults.IdtInMmio,
        Faults.ReadOnlySlotProtected,
        Faults.RmpChurn,
        Faults.FetchWithoutSlot,
        Faults.VectoringNpf,
        Faults.PageCrossing,
        Emulation.GpReinjected,
        Nested.BackdoorPort,
        Nested.EoiBeforeService,
        Nested.LineNeverLowered,
        Waits.HostTicks,
        Waits.HaltStorm,
        Interrupts.HaltToUserspace,
        Interrupts.DeadlineRearmed,
        Interrupts.DeadlineInThePast,
        Interrupts.EarlyPreemptionTimer,
        Interrupts.PeriodicBacklog,
        Emulation.GigabytePages,
        Faults.MmioDoorbells,
        Emulation.RepMovsRefused,
        Nested.SmmRoots,
        Nested.RsmLost,
        Interrupts.DebugRegisterFastpath,
        Interrupts.HostPebs,
        Interrupts.PmiLoop,
        Waits.CpuidStorm,
        Waits.ClockReads,
        Interrupts.PauseStorm,
        Interrupts.ApicExits,
        Nested.VmcsAccesses,
        Emulation.CrStorm,
        Interrupts.WindowStorm,
        Arm.NoSyndrome,
        Faults.HostPageRefused,
        Faults.SharedRangeHuge,
        Faults.DirtyRingTwice,
        Arm.IrqForever,
        Arm.Sys64Cycle,
        Faults.SmepShadowPages,
        Faults.SetYetFaults,
        Faults.DeniedNotReflected,
    ];

    public static Signature? Find(string id) => All.FirstOrDefault(s => s.Id == id);
}
