using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Which bits of the information injected into L1 are not those that are due.</summary>
internal static class InfoDifference
{
    /// <summary>Null unless a violation that L1's tables dictate was injected.</summary>
    public static ulong? Of(FaultObservation seen) => seen is { IsShadowed: true, Injected: true } && seen.L1Outcome == NestedOutcome.Violation
        ? (seen.InjectInfo1 ^ seen.ExpectedInfo) & seen.InfoMask
        : null;
}
