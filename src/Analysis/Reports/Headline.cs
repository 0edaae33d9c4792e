namespace KvmTraceLab.Analysis.Reports;

/// <summary>How a headline is marked.</summary>
public enum HeadlineKind
{
    /// <summary>Nothing wrong, or plain fact.</summary>
    Fact,
    /// <summary>Worth looking at.</summary>
    Notice,
    /// <summary>Trouble in guest, VMM or host.</summary>
    Trouble,
    /// <summary>A fault of KVM itself.</summary>
    Bug,
    /// <summary>The data are incomplete; says what that means.</summary>
    Caution,
}

/// <summary>One finding of the first screen.</summary>
/// <param name="Kind">Mark.</param>
/// <param name="Text">One sentence: what and where.</param>
/// <param name="Details">Further lines: since when, why, what came before.</param>
/// <param name="Next">What to do next, or null.</param>
public sealed record Headline(HeadlineKind Kind, string Text, IReadOnlyList<string> Details, string? Next);
