namespace KvmTraceLab.Analysis.Compare;

/// <summary>Holds an interval against a claim.</summary>
internal static class Judgement
{
    /// <param name="overall">First stage over last.</param>
    /// <param name="obstacles">What stands against any verdict.</param>
    /// <param name="claimsOnly">True where both ends are claimed rates, so that nothing was measured.</param>
    /// <param name="options">The claim.</param>
    public static (ClaimVerdict? Verdict, string Why) Of(RatioInterval overall, IReadOnlyList<string> obstacles, bool claimsOnly, CompareOptions options)
    {
        string found = overall.Ratio is not double ratio ? "There is no ratio"
            : overall.Low is null ? $"The ratio is {Words.Digits(ratio)} (without an interval)"
            : $"The ratio is {Words.Digits(ratio)} ({Words.Interval(overall.Low, overall.High)}{(claimsOnly ? " by rounding" : $" at {Words.Digits(options.Confidence * 100)}%")})";
        if (options.Expect is not double expect)
        {
            return (null, obstacles.Count == 0 ? found + "." : $"{found}{(overall.Ratio is null ? ":" : ", but")} {string.Join("; ", obstacles)}.");
        }

        double from = expect * (1 - options.Tolerance);
        double to = expect * (1 + options.Tolerance);
        string claim = $"the claimed {Words.Digits(expect)} ± {Words.Digits(options.Tolerance * 100)}% is {Words.Interval(from, to)}";
        if (obstacles.Count > 0) return (ClaimVerdict.CannotTell, $"{found}; {claim}; no verdict, because {string.Join("; ", obstacles)}.");
        if (overall.Low is not double low || overall.High is not double high)
        {
            return (ClaimVerdict.CannotTell, $"{found}; {claim}; no verdict, because the error of the ratio is not known.");
        }

        string basis = claimsOnly ? " Both ends are rates as claimed, so this checks arithmetic and rounding, not a measurement." : "";
        if (low >= from && high <= to) return (ClaimVerdict.Confirmed, $"{found}; {claim}, which holds the whole interval.{basis}");
        if (high < from || low > to) return (ClaimVerdict.Refuted, $"{found}; {claim}, which the whole interval lies {(high < from ? "below" : "above")}.{basis}");
        return (ClaimVerdict.CannotTell, $"{found}; {claim}, which holds part of the interval alone: {(claimsOnly ? "the digits given are too few" : "longer or more runs would narrow it")}.{basis}");
    }
}
