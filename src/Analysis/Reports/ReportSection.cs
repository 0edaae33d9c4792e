namespace KvmTraceLab.Analysis.Reports;

/// <summary>A part of a report: a title, optional paragraphs, optional table, optional verbatim trace lines.</summary>
/// <param name="Id">Stable short name (<c>exits</c>, <c>loops</c>); names CSV tables and HTML anchors.</param>
/// <param name="Title">Heading.</param>
public sealed record ReportSection(string Id, string Title)
{
    /// <summary>Sentences before the table.</summary>
    public List<string> Paragraphs { get; init; } = [];

    public ReportTable? Table { get; init; }

    /// <summary>Trace lines to show as they are, in a fixed-width block.</summary>
    public List<string> Verbatim { get; init; } = [];

    /// <summary>Sections below this one (one a loop, one a bug).</summary>
    public List<ReportSection> Children { get; init; } = [];
}
