using System.Globalization;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>What to compare and which claim to hold it against.</summary>
public sealed record CompareOptions
{
    public ComparePer Per { get; init; } = ComparePer.Second;

    /// <summary>Units of work a run did: none, one number for every stage, or one a stage. Then exits count per unit of work.</summary>
    public IReadOnlyList<double> Work { get; init; } = [];

    /// <summary>The exit reasons that count, or none for all; a claim is often one of a single reason.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>The claimed ratio, base over new, or null.</summary>
    public double? Expect { get; init; }

    /// <summary>How far off the claim may be, as a share of it.</summary>
    public double Tolerance { get; init; } = 0.1;

    public double Confidence { get; init; } = 0.95;

    /// <summary>Where the bootstrap's draws start from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What is counted, per what: <c>exits per second</c>, <c>EPT_VIOLATION exits per trace</c>.</summary>
    public string Quantity => $"{What} per {Unit}";

    /// <summary><c>exits</c>, or those of which reasons.</summary>
    public string What => Reasons.Count == 0 ? "exits" : $"{string.Join(", ", Reasons)} exits";

    /// <summary>What a run is divided by, in words.</summary>
    public string Unit => Work.Count > 0 ? "unit of work" : Per switch
    {
        ComparePer.Vcpu => "vCPU second",
        ComparePer.Trace => "trace",
        _ => "second",
    };

    /// <summary>
    /// Reads a positive factor, base over new (<c>24x</c>, <c>24</c>, <c>6.5X</c>), or a change in percent, which says its sign:
    /// <c>-70%</c> is 3.33 times fewer, <c>+25%</c> is 0.8.
    /// </summary>
    public static bool TryParseFactor(string text, out double factor)
    {
        ReadOnlySpan<char> number = text.AsSpan().Trim();
        if (number.Length > 2 && number[0] is '-' or '+' && number[^1] == '%')
        {
            if (!double.TryParse(number[1..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent)) percent = double.NaN;
            factor = 1 / (1 + ((number[0] == '-' ? -percent : percent) / 100));
            return factor > 0 && double.IsFinite(factor);
        }

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
