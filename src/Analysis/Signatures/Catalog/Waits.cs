using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures.Catalog;

/// <summary>The guest waits, polls or idles: loops that are no fault of KVM.</summary>
internal static class Waits
{
    /// <summary>Hz; and the share of it that a measured rate may be off (values are read a little before their event).</summary>
    private const double PmTimerHz = 3_579_545;
    private const double Tolerance = 0.02;

    /// <summary>QEMU's q35 and i440fx (with SeaBIOS or OVMF) put ACPI's PM block at 0x600 or 0xb000; the timer is 8 above.</summary>
    private static readonly TurnDetail[] PmTimerPorts = [new(TripDetail.Port, 0x608, false, 4), new(TripDetail.Port, 0xb008, false, 4)];

    public static Signature PmTimer { get; } = new(
        "L01",
        "Guest waits on the ACPI PM timer",
        "The guest busy-waits on the ACPI PM timer (PM block + 8). That is a wait, not a loop of KVM: the fault is in what the guest waits for.",
        "Look at the last events before the wait; test without the CPU bits that were exposed last (for CET: -cpu …,-cet-ss,-cet-ibt); sample the guest's RIP and resolve it with its symbols.",
        "Riley, Re: [PATCH v6 00/28] KVM: combined patchset for MBEC/GMET support, KVM list 2026-05-11")
    {
        Blame = Blame.GuestWait,
        Shows = TripMarks.Pio,
        Fits = [new Discriminators { In = Reasons.Turns, Reasons = Reasons.Io, Details = PmTimerPorts, None = TripMarks.EmulateFailed | TripMarks.NestedInject, MaxRips = 8, And = IsBusyWait, AndText = "16 in a row (of a loop's turns, at most one in eight interrupted by other exits), or an excerpt of less than 64 exits; no more than 2 ms a turn" }],
        Because = f => PmTimerWords(f),
    };

    public static Signature HostTicks { get; } = new(
        "L15",
        "Guest spins without exiting; only the host's ticks interrupt it",
        "All exits are the host's own interrupts at the pace of its tick, at one RIP: the guest runs the same code without ever exiting (inferred from the cadence). The exits are not the cause.",
        "Sample the guest's RIP and resolve it with symbols; look at what the guest did last before the first of these exits.",
        "IntelLabs/kAFL issue 44")
    {
        Blame = Blame.GuestWait,
        Most = Confidence.Medium,
        Fits =
        [
            new Discriminators { In = Reasons.Loop, Reasons = Reasons.HostInterrupt, Kinds = [LoopKind.HostTick], MinTurns = 16, MinTurnNs = 660_000, MaxRips = 1, And = OnlyHost, AndText = "nine of ten exits of the vCPU are such" },
            new Discriminators { In = Reasons.Spot, Reasons = Reasons.HostInterrupt, MinTurns = 0, And = e => e.Count >= 16 && e.Count * 10 >= e.Lane!.Exits * 9 && IsTick(e), AndText = "nine of ten exits of the vCPU are at this RIP, at least 660 us apart" },
        ],
    };

    public static Signature HaltStorm { get; } = new(
        "L16",
        "HLT wakes at once, over and over",
        "HLT ends as soon as it begins (inferred: an interrupt is pending but cannot be delivered, or halt polling ends each halt).",
        "Look at kvm_vcpu_wakeup and halt_poll_ns, at pending virtual interrupts, and compare with a VM that idles well.",
        "firecracker issue 3043")
    {
        Blame = Blame.Host,
        Most = Confidence.Medium,
        Fits =
        [
            new Discriminators
            {
                In = Reasons.Vcpu, Reasons = Reasons.Halt, MinShare = 0.9, MinRate = 10_000, MinCount = 64,
                And = e => Tallies(e, Reasons.Halt).All(t => t.ShareOf(TripMarks.UserHlt) < 0.5) && Tallies(e, Reasons.Halt).Min(t => t.MinNs) < 2_000,
                AndText = "shortest below 2 us; not to user space",
            },
        ],
        Because = f => HaltWords(f),
    };

    public static Signature CpuidStorm { get; } = new(
        "L30",
        "CPUID storm at one place",
        "The guest uses CPUID as a serialising instruction, or as a timing probe; each one exits by definition.",
        "Change the guest (LFENCE or SERIALIZE instead of CPUID); KVM has no cure. About 1 us each is the floor.",
        "TUM-DSE/CVM_eval issue 30; general knowledge")
    {
        Blame = Blame.Guest,
        Fits =
        [
            new Discriminators { In = Reasons.Turns, Reasons = Reasons.Cpuid, MinTurns = 16, MinShare = 0.3, MinCount = 64, MinRate = 1_000, MaxRips = 2 },

            // What is timed stands between two of them.
            new Discriminators { In = Reasons.Loop, Reasons = Reasons.Cpuid, MinTurns = 16, MinShare = 0.3, MinCount = 64, MinRate = 1_000, MaxRips = 4 },
        ],
    };

    public static Signature ClockReads { get; } = new(
        "L31",
        "Windows guest reads slow clocks (PM timer, HPET, RDTSC) while idle",
        "A Windows guest without Hyper-V's clock enlightenments keeps time by reading emulated timers.",
        "Enable hv_time, hv_synic, hv_stimer, hv_relaxed, hv_vapic (QEMU -cpu …).",
        "altechnative.net; general knowledge")
    {
        Blame = Blame.Vmm,
        Most = Confidence.Medium,
        Fits =
        [
            new Discriminators
            {
                In = Reasons.Vcpu, And = IsClockReading,
                AndText = "three of ten exits read the PM timer, the HPET or the TSC, from Windows kernel addresses, between halts, not in one row; no Hyper-V clock MSR seen",
            },
        ],
        Because = f => [$"{ClockReadsOf(f.Lane!)} of {f.Lane!.Guest.Count} exits of {f.Who} read the PM timer, the HPET or the TSC; {f.Lane.CountOf(Reasons.Halt)} were HLT."],
    };

    private static IEnumerable<string> PmTimerWords(Finding f)
    {
        if (f.Evidence.Spot is { Values: > 1 } spot)
        {
            if (StandsStill(f.Evidence)) yield return "The value never changed: the timer itself stands still, so no wait on it can end; look at the device that gives it (the VMM's).";
            else if (f.Run.IsNanoseconds && spot.AdvancePerSecond is { } hz && f.Evidence.Turns >= Finding.FewTurns)
            {
                var mhz = (hz / 1e6).ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);
                yield return Math.Abs(hz - PmTimerHz) < PmTimerHz * Tolerance
                    ? $"The values advance at {mhz} MHz, as a PM timer's should (3.580 MHz)."
                    : $"The values advance at {mhz} MHz by the trace's clock (a PM timer's: 3.580 MHz).";
            }
            else yield return "The values rise from turn to turn.";
        }

        if (f.Evidence.Rips.Count == 2 && f.Evidence.Rips[1] - f.Evidence.Rips[0] == 1) yield return "Exit and entry RIP are one byte apart: a single IN instruction.";
    }

    private static bool StandsStill(Evidence e) => e.Spot is { Values: >= 4, ValueChanges: 0 };

    /// <summary>A guest whose clock is the PM timer reads it a few times in a row, or at each tick, all day long: that is no wait.</summary>
    private static bool IsBusyWait(Evidence e) =>
        e.Loop is { } loop ? (loop.Interruptions - HostTrips(loop)) * 8 <= loop.Iterations && !IsSlow(e) : e.Turns >= Finding.FewTurns ? !IsSlow(e) : e.Facts.Exits < 64;

    private static long HostTrips(Loop loop)
    {
        long trips = 0;
        foreach (var (_, count) in loop.InterruptReasons) trips += count;
        return trips;
    }

    /// <summary>Not in few turns: the vCPU may have been off its CPU in one of them.</summary>
    private static bool IsSlow(Evidence e) => e.HasTime && e.Turns >= 64 && e.TurnNs > 2_000_000;

    private static bool OnlyHost(Evidence e) => e.Lane is { } lane && lane.Host.Count >= lane.Guest.Count * 9;

    private static bool IsTick(Evidence e) => e.Spot is { HasTime: true, Count: > 1 } s && (s.LastTime - s.FirstTime) / (s.Count - 1) >= 660_000;

    private static IEnumerable<Tally> Tallies(Evidence e, string[] reasons) =>
        e.Lane!.Reasons.Where(r => reasons.Contains(ExitReasonVocabulary.ReportName(r.Key.Isa, r.Key.Reason))).Select(r => r.Value);

    private static IEnumerable<string> HaltWords(Finding f)
    {
        var halts = Tallies(f.Evidence, Reasons.Halt).ToList();
        var count = halts.Sum(h => h.Count);
        yield return $"{count} of {f.Lane!.Exits} exits of {f.Who} are HLT, the shortest {f.Duration(halts.Min(h => h.MinNs))}, {f.Duration(Numbers.Sum(halts.Select(h => h.TotalNs)) / (double)Math.Max(1, halts.Sum(h => h.Timed)))} on average{(f.Run.Seconds is { } s ? $", {Numbers.Rate(count / s)}" : "")}.";
    }

    private static long ClockReadsOf(LaneFacts lane)
    {
        var count = lane.CountOf(Reasons.Rdtsc) + lane.Guest.Of(TripMarks.Hpet);
        foreach (var spot in lane.Spots)
            if (spot.Key is { Detail: TripDetail.Port, IsWrite: false, Value: 0x608 or 0xb008 }) count += spot.Count;
        return count;
    }

    private static bool IsClockReading(Evidence e)
    {
        var lane = e.Lane!;
        var reads = ClockReadsOf(lane);
        if (reads < 64 || reads < lane.Guest.Count * 0.3 || lane.CountOf(Reasons.Halt) < 16) return false;

        // Windows' kernel lives at 0xfffff800_00000000 and above, Linux' text at 0xffffffff_80000000.
        var windows = lane.Spots.Where(s => s.Key.Rip is >= 0xfffff800_00000000 and < 0xffffff00_00000000).Sum(s => s.Count);
        if (windows * 2 < lane.Guest.Count) return false;
        if (lane.Spots.Any(s => s.MaxRun > reads / 2)) return false; // one tight wait: L01
        return e.Facts.Msr(0x4000_0020) is null && e.Facts.Msr(0x4000_0021) is null && e.Facts.Msr(0x4000_00b0) is null;
    }
}
