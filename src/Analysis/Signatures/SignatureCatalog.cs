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
        FaultSignatures.StaleMmuSequence,
        FaultSignatures.LongInvalidation,
        FaultSignatures.PfnMapTailPages,
        FaultSignatures.IdtInMmio,
        FaultSignatures.ReadOnlySlotProtected,
        FaultSignatures.RmpChurn,
        FaultSignatures.FetchWithoutSlot,
        FaultSignatures.VectoringNpf,
        FaultSignatures.PageCrossing,
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
        FaultSignatures.MmioDoorbells,
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
        FaultSignatures.HostPageRefused,
        FaultSignatures.SharedRangeHuge,
        FaultSignatures.DirtyRingTwice,
        Arm.IrqForever,
        Arm.Sys64Cycle,
        FaultSignatures.SmepShadowPages,
        FaultSignatures.SetYetFaults,
        FaultSignatures.DeniedNotReflected,
    ];

    public static Signature? Find(string id) => All.FirstOrDefault(s => s.Id == id);
}
