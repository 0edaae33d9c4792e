using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Analysis.Signatures.Catalog;

/// <summary>Instructions that KVM emulates or intercepts.</summary>
internal static class Emulation
{
    private static readonly string[] GpExit = ["EXIT_EXCP_GP"];

    public static Signature GpReinjected { get; } = new(
        "L11",
        "Intercepted #GP is injected, exits again, and is injected again",
        "The #GP intercept for VMware's back door injects the exception with a stale error code; it never becomes #DF.",
        "Load kvm without enable_vmware_backdoor, or update: fixed in 2019.",
        "Kuznetsov, #GP intercept and VMware backdoor, KVM list 2019-08")
    {
        Blame = Blame.Kvm,
        Shows = TripMarks.InjectGp | TripMarks.Emulate,
        Fits = [new Discriminators { In = Reasons.Turns, Reasons = GpExit, All = TripMarks.Emulate | TripMarks.InjectGp | TripMarks.InjectErrorCode, None = TripMarks.EmulateFailed | TripMarks.Pio | TripMarks.Rsm, MinTurns = 2, MaxRips = 1 }],
        Because = f => [$"Each turn emulates the instruction and injects #GP with an error code that is not zero (exit information {Numbers.Hex(f.Evidence.Spot?.Info1 ?? 0)})."],
    };

    public static Signature GigabytePages { get; } = new(
        "L22",
        "EPT misconfiguration, emulation fails, the VM stops",
        "The guest used 1 GiB pages that its CPUID does not offer (pdpe1gb): the walk meets a reserved bit and the access cannot be emulated.",
        "Expose pdpe1gb; record with -e kvmmmu to see the guest's entry (kvm_mmu_paging_element with PS at level 3).",
        "KVM list; 1 GiB pages and KVM_EXIT_INTERNAL_ERROR")
    {
        Blame = Blame.Vmm,
        Shows = TripMarks.EmulateFailed | TripMarks.UserInternalError,
        Fits = [new Discriminators { In = Reasons.Turns, Reasons = ["EPT_MISCONFIG"], All = TripMarks.EmulateFailed | TripMarks.UserInternalError }],
        Because = f => f.Evidence.Any(TripMarks.HugeEntry) && f.Evidence.Any(TripMarks.WalkReserved)
            ? ["The walk read a 1 GiB entry and ended at a reserved bit."]
            : ["No walk of the guest's tables is in the trace, so that it was a 1 GiB page is not shown."],
        Limit = f => f.Evidence.Any(TripMarks.HugeEntry) && f.Evidence.Any(TripMarks.WalkReserved) ? Confidence.High : Confidence.Low,
    };

    public static Signature RepMovsRefused { get; } = new(
        "L24",
        "REP MOVS on MMIO cannot be emulated; the guest gets #UD",
        "A regression of the emulator (5.6-rc4): the intercept it checks is stale.",
        "Update the kernel; bisect arch/x86/kvm/emulate.c.",
        "Kuznetsov, KVM list 2020, Msg-ID 87zhcyfvmk.fsf@vitty.brq.redhat.com")
    {
        Blame = Blame.Kvm,
        Shows = TripMarks.EmulateFailed | TripMarks.InjectUd,
        Fits =
        [
            new Discriminators { In = Reasons.Turns, Reasons = Reasons.Fault, All = TripMarks.RepMovs | TripMarks.EmulateFailed | TripMarks.InjectUd, None = TripMarks.VectoringException },
            new Discriminators { In = Reasons.Trace, MinTurns = 0, And = OnlyRepMovs, AndText = "an excerpt without exits that emulates nothing but REP MOVS, in vain, and injects #UD" },
        ],
        Limit = f => f.Evidence.Scope == EvidenceScope.Trace ? Confidence.Low : Confidence.High,
        Because = f => f.Evidence.Scope == EvidenceScope.Trace ? [$"REP MOVS is emulated {f.Facts.Of(TripMarks.RepMovs)} times, {f.Facts.Of(TripMarks.EmulateFailed)} of them in vain, and #UD is injected; the excerpt has no kvm_exit."] : [],
    };

    private static bool OnlyRepMovs(Evidence e) =>
        e.Facts.Exits == 0 && e.Facts.Of(TripMarks.EmulateFailed) > 0 && e.Facts.Of(TripMarks.InjectUd) > 0 && e.Facts.Of(TripMarks.RepMovs) == e.Facts.Of(TripMarks.Emulate);

    public static Signature CrStorm { get; } = new(
        "L35",
        "Control-register and task-switch exits dominate",
        "A 32-bit guest on shadow paging, or a processor without unrestricted guest: MOV to CR3 and CR0 exit.",
        "Load kvm_intel with ept=1 (kvm_amd: npt=1); check that the guest pages with EPT/NPT.",
        "general knowledge")
    {
        Blame = Blame.Host,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = Reasons.Vcpu, Reasons = Reasons.Cr, MinShare = 0.3, MinCount = 256, MinRate = 1_000 }],
        Because = f =>
        {
            var shadow = f.Lane!.CountOf(["EXCEPTION_NMI", "EXIT_EXCP_PF", "INVLPG", "EXIT_INVLPG"], 0);
            return [$"{f.Lane.CountOf(Reasons.Cr)} of {f.Lane.Exits} exits of {f.Who}; {shadow} page-fault and INVLPG exits beside them{(shadow > 0 ? ", which is shadow paging" : "")}."];
        },
    };
}
