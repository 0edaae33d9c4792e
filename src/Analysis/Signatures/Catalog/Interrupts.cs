using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Analysis.Signatures.Catalog;

/// <summary>Interrupts, timers, the local APIC and the PMU.</summary>
internal static class Interrupts
{
    public static Signature HaltToUserspace { get; } = new(
        "L17",
        "Every HLT goes to user space",
        "There is no local APIC in the kernel, or a split irqchip whose VMM must handle HLT itself.",
        "Create the irqchip in the kernel (KVM_CREATE_IRQCHIP), or handle KVM_EXIT_HLT.",
        "cloud-hypervisor issue 6835")
    {
        InRow = false,
        Blame = Blame.Vmm,
        Shows = TripMarks.UserHlt,
        Fits =
        [
            new Discriminators { In = Reasons.Turns, Reasons = Reasons.Halt, All = TripMarks.UserHlt, MinTurns = 1, And = e => e.Count >= 4, AndText = "at least four of them" },
            new Discriminators { In = Reasons.Vcpu, Reasons = Reasons.Halt, MinCount = 2, And = e => e.Lane!.CountOf(Reasons.Halt) == e.Lane.CountOf(Reasons.Halt, TripMarks.UserHlt), AndText = "each of them, wherever the guest halts" },
        ],
        Because = f => [$"{f.Lane!.CountOf(Reasons.Halt, TripMarks.UserHlt)} of {f.Lane.CountOf(Reasons.Halt)} HLT exits of {f.Who} went to user space (KVM_EXIT_HLT)."],
        Limit = f => f.Lane!.CountOf(Reasons.Halt, TripMarks.UserHlt) >= 16 ? Confidence.High : Confidence.Low,
    };

    public static Signature DeadlineRearmed { get; } = new(
        "L18",
        "The guest re-arms its TSC-deadline timer all the time",
        "A guest with nohz=off, or one that re-arms a fast timer within its own tick.",
        "Remove nohz=off in the guest; look at the period between writes of MSR 0x6e0.",
        "KVM list")
    {
        Blame = Blame.Guest,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = Reasons.Vcpu, Reasons = Reasons.Msr, MinShare = 0.4, MinCount = 64, MinRate = 200, And = e => e.Lane!.CountOf(Reasons.Msr, TripMarks.TscDeadline) * 10 >= e.Lane.CountOf(Reasons.Msr) * 8 && HasTimerExits(e), AndText = "eight of ten write MSR 0x6e0; timer exits (PREEMPTION_TIMER, EXTERNAL_INTERRUPT) between" }],
        Because = f => [$"{f.Lane!.CountOf(Reasons.Msr, TripMarks.TscDeadline)} of {f.Lane.Exits} exits of {f.Who} write TSC_DEADLINE (0x6e0), one every {f.Duration((double)(f.Lane.Lane.LastTime - f.Lane.Lane.FirstTime) / f.Lane.CountOf(Reasons.Msr, TripMarks.TscDeadline))} on average."],
    };

    public static Signature DeadlineInThePast { get; } = new(
        "L19",
        "TSC deadline in the past after a restore; the vCPU never gets a tick",
        "The deadline MSR was restored before the TSC.",
        "Restore the TSC first, or hide tsc-deadline.",
        "firecracker issue 4099")
    {
        Blame = Blame.Vmm,
        ListedOnly = "KVM_SET_MSRS leaves no kvm_msr, and the guest's TSC at that moment is not in the trace, so a past deadline cannot be told from one to come.",
    };

    public static Signature EarlyPreemptionTimer { get; } = new(
        "L20",
        "The preemption timer fires much too early",
        "An erratum of the VMX preemption timer.",
        "Load kvm_intel with preemption_timer=0; compare the processor's model with the errata.",
        "KVM list (preemption-timer erratum)")
    {
        Blame = Blame.Hardware,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = Reasons.Vcpu, WithReasons = ["PREEMPTION_TIMER"], And = e => EarlyTimers(e.Lane!) >= 2, AndText = "kvm_wait_lapic_expire tells after at least two of them that the deadline is more than a million TSC cycles away" }],
        LoopsHave = TripMarks.TimerEarly,
        Because = f => [$"{EarlyTimers(f.Lane!)} of {f.Lane!.CountOf(["PREEMPTION_TIMER"])} PREEMPTION_TIMER exits of {f.Who} came more than a million TSC cycles before the deadline (kvm_wait_lapic_expire)."],
        Limit = f => EarlyTimers(f.Lane!) >= 16 ? Confidence.Medium : Confidence.Low,
    };

    private static long EarlyTimers(LaneFacts lane) => lane.CountOf(["PREEMPTION_TIMER"], TripMarks.TimerEarly);

    public static Signature PeriodicBacklog { get; } = new(
        "L21",
        "Hard lock-up after a long pause; a burst of timer expiries",
        "The backlog of a periodic APIC timer when the hypervisor timer is resumed (CVE-2025-71104).",
        "Update the kernel, or load kvm_intel with preemption_timer=0.",
        "CVE-2025-71104")
    {
        Blame = Blame.Kvm,
        ListedOnly = "The expiries happen in one go inside KVM and leave no event each; the trace shows only the pause.",
    };

    public static Signature DebugRegisterFastpath { get; } = new(
        "L27",
        "Wrong DR6 after a preemption-timer fast path",
        "DR6 was loaded again in the fast path after a DR7 write.",
        "Update the kernel: fixed 2025-01-25.",
        "KVM list")
    {
        Blame = Blame.Kvm,
        ListedOnly = "DR6 is in no event, so a wrong value is not seen.",
    };

    public static Signature HostPebs { get; } = new(
        "L28",
        "An exception at guest entry, again and again, while the host samples precisely",
        "A PEBS event of the host is active in the guest (perf kvm top): writing its records faults.",
        "Stop guest-only precise events on the host.",
        "Christopherson, KVM list")
    {
        Blame = Blame.Host,
        ListedOnly = "The MSR switch lists are not in the trace of a stock kernel; without PEBS_ENABLE the exits look like any #PF.",
    };

    public static Signature PmiLoop { get; } = new(
        "L29",
        "The guest never leaves its performance-counter NMI handler",
        "A counter overflows again as soon as it is written (no full-width counter writes).",
        "Turn the virtual PMU off (pmu=off), or expose full-width writes.",
        "KVM list")
    {
        Blame = Blame.Vmm,
        Most = Confidence.Medium,
        Fits =
        [
            new Discriminators { In = Reasons.Vcpu, And = e => e.Lane!.Guest.Of(TripMarks.PmuMsr) is >= 64 and var pmu && pmu * 10 >= e.Lane.Guest.Count * 9 && Nmis(e.Lane) >= 16, AndText = "nine of ten exits access PMU MSRs, and at least 16 exits are NMIs" },

            // Cut down to what matters: an access has an exit of its own, which was left out behind the NMI's.
            new Discriminators { In = Reasons.Turns, Reasons = ["EXCEPTION_NMI", "EXIT_NMI"], All = TripMarks.PmuMsr },
        ],
        LoopsHave = TripMarks.PmuMsr,
        Because = f => f.Evidence.Scope != EvidenceScope.Vcpu
            ? ["The guest accesses its performance counters right behind the exit of an NMI."]
            : [$"{f.Lane!.Guest.Of(TripMarks.PmuMsr)} of {f.Lane.Guest.Count} exits of {f.Who} access performance counters, {Nmis(f.Lane)} are NMIs, and hardly anything else happens."],
    };

    public static Signature PauseStorm { get; } = new(
        "L32",
        "PAUSE storm: vCPUs spin on locks whose holders are not running",
        "Lock-holder pre-emption by over-commit: the pause-loop window grows as KVM yields.",
        "Pin vCPUs or lower the over-commit; PV spinlocks (Linux guests), hv_spinlocks (Windows).",
        "general knowledge")
    {
        Blame = Blame.Host,
        Fits = [new Discriminators { In = Reasons.Vcpu, Reasons = Reasons.Pause, MinShare = 0.2, MinCount = 64, And = e => Grown(e.Facts) || Pausing(e.Facts) >= 2, AndText = "the pause-loop window grows, or at least two vCPUs do it" }],
        Because = f => [$"{f.Lane!.CountOf(Reasons.Pause)} of {f.Lane.Guest.Count} exits of {f.Who} are PAUSE; {Finding.Count(Pausing(f.Facts), "vCPU")} do it; the pause-loop window grew {f.Facts.Of(TripMarks.PleGrown)} times."],
        Limit = f => Grown(f.Facts) && Pausing(f.Facts) >= 2 ? Confidence.High : Confidence.Medium,
    };

    public static Signature ApicExits { get; } = new(
        "L33",
        "Accesses to the local APIC dominate",
        "APICv or AVIC is off or inhibited (nested=1 on AMD, mixed x2APIC, split irqchip).",
        "Read /sys/module/kvm_intel/parameters/enable_apicv or kvm_amd/parameters/avic and kvm_apicv_inhibit_changed; use x2APIC in the guest.",
        "r/VFIO AVIC post; general knowledge")
    {
        Blame = Blame.Host,
        Most = Confidence.Medium,
        Fits =
        [
            new Discriminators { In = Reasons.Vcpu, Reasons = Reasons.Apic, MinShare = 0.3, MinCount = 64, And = e => e.Lane!.CountOf(["EOI_INDUCED"]) * 4 <= e.Lane.CountOf(Reasons.Apic) * 3, AndText = "no more than three of four EOI_INDUCED, which only APICv has" },
            new Discriminators { In = Reasons.Vcpu, MinCount = 64, And = e => ApicPage(e.Lane!) is >= 64 and var n && n * 10 >= e.Lane!.Guest.Count * 3, AndText = "three of ten exits are faults that kvm_apic follows: the APIC's page is emulated" },
        ],
        LoopsHave = TripMarks.Apic,
        Because = f => [$"{f.Lane!.CountOf(Reasons.Apic) + ApicPage(f.Lane)} of {f.Lane.Guest.Count} exits of {f.Who}: {string.Join(", ", ApicCounts(f.Lane))}."],
    };

    private static long ApicPage(LaneFacts lane) => lane.CountOf(Reasons.FaultOrMisconfig, TripMarks.Apic);

    private static IEnumerable<string> ApicCounts(LaneFacts lane) =>
        lane.Reasons.Select(r => (Name: ExitReasonVocabulary.ReportName(r.Key.Isa, r.Key.Reason), r.Value))
            .Select(r => Reasons.Apic.Contains(r.Name) ? (r.Name, r.Value.Count) : (Name: $"{r.Name} at the APIC's page", Count: Reasons.FaultOrMisconfig.Contains(r.Name) ? r.Value.Of(TripMarks.Apic) : 0))
            .Where(r => r.Count > 0).OrderByDescending(r => r.Count).ThenBy(r => r.Name, StringComparer.Ordinal).Select(r => $"{r.Name} {r.Count}");

    public static Signature WindowStorm { get; } = new(
        "L36",
        "An interrupt or NMI window after each entry",
        "Injection is blocked each time (STI or MOV SS shadow, TPR), so KVM asks for a window at every entry.",
        "Look at TPR_BELOW_THRESHOLD and at the virtual APIC (vapic); see which vector waits.",
        "general knowledge")
    {
        Blame = Blame.Guest,
        Most = Confidence.Medium,
        Fits =
        [
            new Discriminators { In = Reasons.Turns, Reasons = Reasons.Window, MinTurns = 16 },
            new Discriminators { In = Reasons.Vcpu, Reasons = Reasons.Window, MinShare = 0.4, MinCount = 64 },
        ],
        Because = f => [$"{f.Lane!.CountOf(Reasons.Window)} of {f.Lane.Guest.Count} exits of {f.Who} are windows."],
    };

    private static bool HasTimerExits(Evidence e) => e.Lane!.CountOf(["PREEMPTION_TIMER", "EXTERNAL_INTERRUPT", "EXIT_INTR"]) > 0;

    private static long Nmis(LaneFacts lane) => lane.Guest.Of(TripMarks.ExitIsNmi) + lane.Host.Of(TripMarks.ExitIsNmi);

    private static bool Grown(TraceFacts facts) => facts.Of(TripMarks.PleGrown) > 0;

    private static int Pausing(TraceFacts facts) => facts.Lanes.Count(l => l.CountOf(Reasons.Pause) is >= 16 and var n && n * 5 >= l.Guest.Count);
}
