namespace KvmTraceLab.Analysis.Compare;

/// <summary>Where the width of an interval comes from.</summary>
internal enum IntervalBasis
{
    /// <summary>From the noise of runs.</summary>
    Runs,
    /// <summary>Mostly from the rounding of a claimed rate.</summary>
    Rounding,
    /// <summary>From rounding alone: both ends are claimed rates.</summary>
    Claims,
}
