namespace KvmTraceLab.Analysis.Compare;

/// <summary>Exits for one reason.</summary>
/// <param name="Count">How many.</param>
/// <param name="HostNs">Time from these exits to the next entry, summed over those that have one; nanoseconds.</param>
public readonly record struct ReasonTally(long Count, long HostNs)
{
    /// <summary>True for the reasons of a guest that has nothing to do: time in the host is then no cost.</summary>
    public static bool IsIdle(string reason) =>
        reason.Contains("HLT", StringComparison.OrdinalIgnoreCase) || reason.Contains("HALT", StringComparison.OrdinalIgnoreCase)
        || reason is "WFX" or "EXIT_MWAIT" or "MWAIT_INSTRUCTION";
}
