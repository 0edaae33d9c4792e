using System.Globalization;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>Holds an interval against a claim.</summary>
internal static class Judgement
{
    /// <param name="overall">First stage over last.</param>
    /// <param name="obstacles">What stands against any verdict.</param>
    /// <param name="basis">Where the interval comes from.</param>
    /// <param name="options">The claim.</param>
    public static (ClaimVerdict? Verdict, string Why) Of(RatioInterval overall, IReadOnlyList<string> obstacles, IntervalBasis basis, CompareOptions options)
    {
        string found = Found(overall, basis, options);
        if (options.Expect is not double expect)
        {
            return (null, obstacles.Count == 0 ? found + "." : $"{found}{(overall.Ratio is null ? ":" : ", but")} {string.Join("; ", obstacles)}.");
        }

        double from = expect * (1 - options.Tolerance);
        double to = expect * (1 + options.Tolerance);
        string claim = $"the claimed {expect.ToString("0.####", CultureInfo.InvariantCulture)} ± {Words.Digits(options.Tolerance * 100)}% is {Words.Interval(from, to)}";
        if (obstacles.Count > 0) return (ClaimVerdict.CannotTell, $"{found}; {claim}; no verdict, because {string.Join("; ", obstacles)}.");
        if (overall.Low is not double low || overall.High is not double high)
        {
            return (ClaimVerdict.CannotTell, $"{found}; {claim}; no verdict, because the error of the ratio is not known.");
        }

        string note = basis == IntervalBasis.Claims ? " Both ends are claimed rates, so this checks arithmetic and rounding, not a measurement." : "";
        if (low >= from && high <= to) return (ClaimVerdict.Confirmed, $"{found}; {claim}, which holds the whole interval.{note}");
        if (high < from || low > to) return (ClaimVerdict.Refuted, $"{found}; {claim}, and the whole interval lies {(high < from ? "below" : "above")} that.{note}");
        return (ClaimVerdict.CannotTell, $"{found}; {claim}, which holds only part of the interval: {(basis == IntervalBasis.Runs ? "longer or more runs would narrow it" : "the digits given for a rate are too few")}.{note}");
    }

    /// <summary>The ratio in words that say which way it goes; a change is one only where the interval leaves 1 out.</summary>
    private static string Found(RatioInterval overall, IntervalBasis basis, CompareOptions options)
    {
        if (overall.Ratio is not double ratio) return "There is no ratio";
        if (overall.Low is not double low || overall.High is not double high)
        {
            return ratio >= 1 ? $"{Words.Digits(ratio)} times fewer {options.Quantity} (without an interval)"
                : $"{Words.Digits(1 / ratio)} times more {options.Quantity}: the ratio is {Words.Digits(ratio)} (without an interval)";
        }

        (string told, string interval) = Words.Ratio(ratio, low, high);
        string sure = $"{interval} {(basis == IntervalBasis.Claims ? "by rounding" : $"at {Words.Digits(options.Confidence * 100)}%")}";
        return low <= 1 && high >= 1 ? $"No sure change in {options.Quantity}: the ratio is {told} ({sure})"
            : ratio > 1 ? $"{told} times fewer {options.Quantity} ({sure})"
            : $"{Words.Digits(1 / ratio)} times more {options.Quantity}: the ratio is {told} ({sure})";
    }
}
