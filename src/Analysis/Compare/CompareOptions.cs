using System.Globalization;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>What to compare and which claim to hold it against.</summary>
public sealed record CompareOptions
{
    public ComparePer Per { get; init; } = ComparePer.Second;

    /// <summary>Units of work a run did: none, one number for every stage, or one a stage. Then exits count per unit of work.</summary>
    public IReadOnlyList<double> Work { get; init; } = [];

    /// <summary>The claimed ratio, base over new, or null.</summary>
    public double? Expect { get; init; }

    /// <summary>How far off the claim may be, as a share of it.</summary>
    public double Tolerance { get; init; } = 0.1;

    public double Confidence { get; init; } = 0.95;

    /// <summary>Where the bootstrap's draws start from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Reads <c>24x</c>, <c>24</c> or <c>6.5X</c>: a positive factor.</summary>
    public static bool TryParseFactor(string text, out double factor)
    {
        ReadOnlySpan<char> number = text.AsSpan().Trim();
        if (number.Length > 0 && (number[^1] is 'x' or 'X')) number = number[..^1];
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out factor) && factor > 0 && double.IsFinite(factor);
    }

    /// <summary>Reads <c>10%</c> or <c>0.1</c>: a share from 0 up to, not including, 1.</summary>
    public static bool TryParseShare(string text, out double share)
    {
        ReadOnlySpan<char> number = text.AsSpan().Trim();
        bool percent = number.Length > 0 && number[^1] == '%';
        if (percent) number = number[..^1];
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share)) return false;
        if (percent) share /= 100;
        return share is >= 0 and < 1;
    }
}
