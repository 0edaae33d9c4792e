using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures.Catalog;

/// <summary>L0, L1 and L2.</summary>
internal static class Nested
{
    private const uint HyperVRecommendations = 0x4000_0004;
    private const uint ProcBasedControls2 = 0x48b;

    public static Signature BackdoorPort { get; } = new(
        "L12",
        "L2 reads VMware's back-door port; L0 answers and L1 never sees it",
        "The exit is handled in L0 each time instead of being reflected to L1; with QEMU's KVM_SET_NESTED_STATE the nested state was lost.",
        "Test without migration or reset of the nested guest; bisect QEMU's nested-state support.",
        "\"KVM_SET_NESTED_STATE not yet stable\", KVM list 2019")
    {
        Blame = Blame.Vmm,
        Shows = TripMarks.NestedExit,
        Fits = [new Discriminators { In = Reasons.Turns, Reasons = Reasons.Io, Details = [new(TripDetail.Port, 0x5658, false, 4)], All = TripMarks.NestedExit, None = TripMarks.NestedInject }],
    };

    public static Signature EoiBeforeService { get; } = new(
        "L13",
        "L1 ends a level interrupt before it is serviced; it comes again at once",
        "Hyper-V as L1 EOIs a level interrupt before its root partition serviced the device, the line is still high, and the re-raised interrupt starves L2.",
        "Move the device to MSI; use kernel-irqchip=on (which delays such re-injection).",
        "Kuznetsov, KVM list")
    {
        Blame = Blame.Guest,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = Reasons.Vcpu, WithReasons = ["VMRESUME", "EOI_INDUCED"], And = e => EoiCycle(e) && IsEoiInduced(e), AndText = "as many KVM_EXIT_IOAPIC_EOI as interrupts handed to L1, most of them EOI_INDUCED exits; the same line raised again" }],
        LoopsHave = TripMarks.UserIoapicEoi,
        Because = f => LineWords(f),
    };

    public static Signature LineNeverLowered { get; } = new(
        "L14",
        "A level interrupt is raised, ended and raised again; the line is never lowered",
        "Split irqchip and a nested Windows (Credential Guard): L1 EOIs the interrupt at once and nobody lowers the line.",
        "kernel-irqchip=on; drop devices with INTx; follow the bug.",
        "bugzilla.kernel.org 220549")
    {
        Blame = Blame.Vmm,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = Reasons.Vcpu, And = e => EoiCycle(e) && NeverLowered(e.Facts) && !IsEoiInduced(e), AndText = "KVM_EXIT_IOAPIC_EOI and interrupts handed to L1 go together, few of them EOI_INDUCED exits, and that line has raises but no lowering; 4 times, or once in an excerpt of less than 64 exits" }],
        LoopsHave = TripMarks.UserIoapicEoi,
        Because = f => LineWords(f),
    };

    public static Signature SmmRoots { get; } = new(
        "L25",
        "#UD exits and SMM entries go together; each changes the MMU root",
        "Emulating SMM frees the TDP MMU's roots; every pass rebuilds them (a boot of minutes).",
        "Use firmware without SMM; kernels with \"Preserve TDP MMU roots\" (2023) keep them.",
        "KVM list")
    {
        Blame = Blame.Kvm,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = Reasons.Vcpu, And = e => e.Lane!.Guest.Of(TripMarks.SmmEnter) >= 16 && e.Lane.Guest.Of(TripMarks.ExitIsUd) >= 16, AndText = "at least 16 entries of SMM and 16 #UD exits on the vCPU" }],
        LoopsHave = TripMarks.SmmEnter,
        Because = f => [$"{f.Lane!.Guest.Of(TripMarks.SmmEnter)} exits of {f.Who} entered SMM and {f.Lane.Guest.Of(TripMarks.ExitIsUd)} were #UD."],
        Limit = f => f.Lane!.Guest.Of(TripMarks.ShadowPage) > 0 ? Confidence.Medium : Confidence.Low,
    };

    public static Signature RsmLost { get; } = new(
        "L26",
        "RSM exits with #GP in L1",
        "The state of VMCB01 was lost in SMM (5.12-5.13), so RSM is taken for a privileged instruction outside SMM.",
        "Update the kernel: fixed in June 2021.",
        "KVM list")
    {
        Blame = Blame.Kvm,
        Most = Confidence.Medium,
        Shows = TripMarks.Rsm,
        Fits =
        [
            new Discriminators { In = Reasons.Turns, Reasons = ["EXIT_EXCP_GP"], All = TripMarks.Rsm },
            new Discriminators { In = Reasons.Loop, WithReasons = ["EXIT_EXCP_GP"], All = TripMarks.Rsm },
        ],
        Limit = f => f.Facts.Of(TripMarks.NestedEnter) > 0 ? Confidence.Medium : Confidence.Low,
    };

    public static Signature VmcsAccesses { get; } = new(
        "L34",
        "L1's VMREAD and VMWRITE are most of the exits",
        "L1 uses neither eVMCS nor a shadow VMCS; a Windows L1 with HVCI and without MBEC also switches views far more often.",
        "Offer eVMCS (QEMU: hv-evmcs) and MBEC (vmx-mbec) to L1 where it has not got them; where it was offered eVMCS, see why it does not use it; check kvm_intel enable_shadow_vmcs.",
        "Bonzini, combined patchset for MBEC/GMET support, KVM list 2026 (1.2 M exits/s)")
    {
        Blame = Blame.Vmm,
        Fits = [new Discriminators { In = Reasons.Vcpu, Reasons = Reasons.Vmcs, MinShare = 0.5, MinCount = 64 }],
        Because = f => VmcsWords(f),
    };

    private static IEnumerable<string> VmcsWords(Finding f)
    {
        var count = f.Lane!.CountOf(Reasons.Vmcs);
        yield return $"{count} of {f.Lane.Guest.Count} exits of {f.Who} are VMREAD or VMWRITE ({Numbers.Percent((double)count / Math.Max(1, f.Lane.Guest.Count))}).";
        yield return f.Facts.Leaf(HyperVRecommendations) is { } leaf
            ? (leaf.Eax & 1 << 14) != 0
                ? $"CPUID 0x40000004 told the guest that eVMCS is recommended (EAX {Numbers.Hex(leaf.Eax)}, bit 14), so L1 does not use it."
                : $"CPUID 0x40000004 did not recommend eVMCS to the guest (EAX {Numbers.Hex(leaf.Eax)}, bit 14 clear)."
            : "CPUID 0x40000004 is not in the trace, so whether eVMCS was offered is not known.";
        yield return f.Facts.Msr(ProcBasedControls2) is { Reads: > 0 } msr
            ? (msr.LastRead & 1UL << 54) != 0
                ? $"MSR 0x48b told the guest that it may use MBEC ({Numbers.Hex(msr.LastRead)}, bit 54)."
                : $"MSR 0x48b did not offer MBEC ({Numbers.Hex(msr.LastRead)}, bit 54 clear)."
            : "MSR 0x48b is not in the trace, so whether MBEC was offered is not known.";
    }

    private static bool EoiCycle(Evidence e)
    {
        var lane = e.Lane!.Guest;
        var eois = lane.Of(TripMarks.UserIoapicEoi);
        var least = Least(e.Facts);
        return eois >= least && IrqsToL1(e.Lane) * 2 >= eois && e.Facts.Lines.Values.Any(l => l.Raised >= least);
    }

    /// <summary>What is posted of such a cycle is often one turn of it.</summary>
    private static int Least(TraceFacts facts) => facts.Exits < 64 ? 1 : 4;

    /// <summary>The EOIs came as exits of their own (virtual-interrupt delivery), not as APIC or MSR writes.</summary>
    private static bool IsEoiInduced(Evidence e) => e.Lane!.CountOf(["EOI_INDUCED"]) * 2 > e.Lane.Guest.Of(TripMarks.UserIoapicEoi);

    /// <summary>They are handed over in host-interrupt trips too.</summary>
    private static long IrqsToL1(LaneFacts lane) => lane.Guest.Of(TripMarks.NestedInjectIrq) + lane.Host.Of(TripMarks.NestedInjectIrq);

    /// <summary>The line raised most often is never lowered.</summary>
    private static bool NeverLowered(TraceFacts facts) => facts.Lines.Values.MaxBy(l => l.Raised) is { Lowered: 0 } line && line.Raised >= Least(facts);

    private static IEnumerable<string> LineWords(Finding f)
    {
        var (gsi, line) = f.Facts.Lines.MaxBy(l => l.Value.Raised);
        yield return $"gsi {gsi} was raised {Finding.Count(line.Raised, "time")} and lowered {Finding.Count(line.Lowered, "time")}; {Finding.Count(f.Lane!.Guest.Of(TripMarks.UserIoapicEoi), "exit")} of {f.Who} went to user space for its EOI (KVM_EXIT_IOAPIC_EOI) and L0 handed L1 {Finding.Count(IrqsToL1(f.Lane), "interrupt")}.";
    }
}
