using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Analysis.Signatures.Catalog;

/// <summary>arm64.</summary>
internal static class Arm
{
    public static Signature NoSyndrome { get; } = new(
        "L37",
        "arm64: an MMIO access without syndrome (KVM_EXIT_ARM_NISV)",
        "The guest accesses a device with an instruction that gives no syndrome (write-back addressing, pairs): ISV is 0 and KVM cannot tell what to do.",
        "Change the guest's driver to plain loads and stores.",
        "KVM list")
    {
        Blame = Blame.Guest,
        Shows = TripMarks.UserNisv,
        Fits =
        [
            new Discriminators { In = Reasons.Turns, Any = TripMarks.UserNisv },
            new Discriminators { In = Reasons.Trace, MinTurns = 0, And = e => e.Facts.Exits == 0 && e.Facts.Of(TripMarks.UserNisv) > 0, AndText = "KVM_EXIT_ARM_NISV in an excerpt without exits" },
        ],
        Limit = _ => Confidence.Medium,
        Because = f => f.Evidence.Scope == EvidenceScope.Trace ? [$"KVM_EXIT_ARM_NISV {f.Facts.Of(TripMarks.UserNisv)} times; the excerpt has no kvm_exit."] : [],
    };

    public static Signature IrqForever { get; } = new(
        "L41",
        "arm64: interrupts at one PC every few microseconds, never a trap",
        "A look-alike of a timer storm. In the source's guess the guest code starts at an exception level that nobody set up (EL2 in a nested guest whose harness knows EL1).",
        "Compare with a run at EL1; check HCR_EL2.",
        "Auger, Zyngier, arm64 nested virtualization series, KVM list 2023")
    {
        Blame = Blame.Guest,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = Reasons.Turns, Reasons = ["IRQ"], Isa = Isa.Arm64, MinTurns = 2, MaxTurnNs = 100_000, MaxRips = 1, And = e => e.Lane is { } lane && lane.CountOf(["IRQ"]) == lane.Exits, AndText = "the vCPU has no other exit" }],
        Limit = f => f.Evidence.Turns >= 16 ? Confidence.Medium : Confidence.Low,
    };

    public static Signature Sys64Cycle { get; } = new(
        "L42",
        "arm64 nested: system-register traps cycle through a few PCs",
        "Inferred from the posted disassembly: *_EL12 accesses in __finalise_el2 trap to L0 and the vCPU never leaves that code.",
        "Look at HCR_EL2.NV1 and E2H and at VNCR support.",
        "Kulkarni, arm64 nested virtualization thread, KVM list")
    {
        Blame = Blame.Kvm,
        Most = Confidence.Medium,
        Fits =
        [
            new Discriminators { In = Reasons.Loop, Reasons = ["SYS64"], Isa = Isa.Arm64, MinTurns = 2, And = e => e.Reasons.Count is >= 2 and <= 4 && OnlyTraps(e), AndText = "two to four PCs, no other exits" },
            new Discriminators { In = Reasons.Vcpu, Isa = Isa.Arm64, And = e => OnlyTraps(e) && e.Lane!.Spots.Count is >= 2 and <= 4 && e.Lane.Spots.All(s => s.Count >= 2 && s.MaxRun == 1), AndText = "two to four PCs in turn, no other exits" },
        ],
        Because = f => f.Evidence.Loop is null ? [$"{f.Lane!.Exits} SYS64 traps of {f.Who} cycle through {f.Lane.Spots.Count} PCs: {string.Join(", ", f.Lane.Spots.Select(s => Numbers.Hex(s.Key.Rip)))}."] : [],
    };

    private static bool OnlyTraps(Evidence e) => e.Lane is { } lane && lane.CountOf(["SYS64"]) * 10 >= lane.Exits * 9;
}
