namespace KvmTraceLab.Analysis.Compare;

/// <summary>What a claim turned out to be.</summary>
public enum ClaimVerdict
{
    /// <summary>The whole interval lies within the claim's tolerance.</summary>
    Confirmed,
    /// <summary>None of the interval does.</summary>
    Refuted,
    /// <summary>Part of it does, or the data do not carry a verdict.</summary>
    CannotTell,
}

/// <summary>A ratio, base over new, with its interval; bounds are null where the data do not tell the error.</summary>
public readonly record struct RatioInterval(double? Ratio, double? Low, double? High);

/// <summary>From one stage to a later one.</summary>
public readonly record struct CompareStep(int From, int To, RatioInterval Interval);

/// <summary>A stage in numbers. Null is unknown. Totals are over all its runs.</summary>
public sealed record StageSummary(
    string Label, int Runs, long? Exits, double? Seconds, int? Vcpus, double? RatePerSec, double? RatePerVcpuSec, double? RatePerUnit, long LostEvents, long LostMarkers)
{
    /// <summary>Time in the host outside idle exits, summed, nanoseconds.</summary>
    public long? BusyHostNs { get; init; }

    /// <summary>That time per unit compared, nanoseconds.</summary>
    public double? BusyHostNsPerUnit { get; init; }

    /// <summary>That time as a share of the vCPUs' time.</summary>
    public double? BusyHostShare { get; init; }
}

/// <summary>One exit reason over the stages.</summary>
/// <param name="Reason">As reports spell it.</param>
/// <param name="RatesPerSec">One a stage; null where unknown.</param>
/// <param name="RatesPerUnit">The same in the unit compared.</param>
/// <param name="ShareOfReduction">Its part of the change from the first to the last stage; null where nothing changed.</param>
/// <param name="HostNsPerUnit">Time in the host per unit compared, one a stage.</param>
public sealed record ReasonChange(
    string Reason, IReadOnlyList<double?> RatesPerSec, IReadOnlyList<double?> RatesPerUnit, double? ShareOfReduction, IReadOnlyList<double?> HostNsPerUnit)
{
    /// <summary>First stage over last in the unit compared; null where either has none of it.</summary>
    public double? Ratio => RatesPerUnit[0] / RatesPerUnit[^1] is double ratio && double.IsFinite(ratio) && ratio > 0 ? ratio : null;
}

/// <summary>Whether exits were reduced, by how much, and whether the claim is true.</summary>
public sealed record CompareResult
{
    public required CompareOptions Options { get; init; }

    public required IReadOnlyList<StageSummary> Stages { get; init; }

    public required IReadOnlyList<CompareStep> Steps { get; init; }

    /// <summary>First stage over last.</summary>
    public required RatioInterval Overall { get; init; }

    public required IReadOnlyList<ReasonChange> ByReason { get; init; }

    /// <summary>Busy time in the host, first stage over last, in the unit compared; null where unknown.</summary>
    public double? HostTimeRatio { get; init; }

    /// <summary>Null where nothing was claimed.</summary>
    public ClaimVerdict? Verdict { get; init; }

    /// <summary>One sentence with the numbers behind the verdict or, without one, behind the ratio.</summary>
    public required string Why { get; init; }

    /// <summary>What else a reader must know: losses, drift, fewer exits but more time.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What stands against a verdict, or against trusting the ratio; <see cref="Why"/> ends with them.</summary>
    public IReadOnlyList<string> Obstacles { get; init; } = [];

    /// <summary>What else differs between the first and the last stage; null where it was not looked at.</summary>
    public RunDifferences? Differences { get; init; }

    /// <summary>0; 1 for a refuted claim; 3 for one that the data cannot tell.</summary>
    public int ExitCode => Verdict switch
    {
        ClaimVerdict.Refuted => 1,
        ClaimVerdict.CannotTell => 3,
        _ => 0,
    };
}
