namespace KvmTraceLab.Output;

/// <summary>What the command line asked of an output.</summary>
public sealed record OutputOptions
{
    /// <summary>ANSI colour on marks; set only for a terminal with <c>NO_COLOR</c> unset.</summary>
    public bool Color { get; init; }

    /// <summary>CSV: the section id whose table to write; null for the first table.</summary>
    public string? Table { get; init; }

    /// <summary>HTML: the command line that made the report.</summary>
    public string? CommandLine { get; init; }

    /// <summary>HTML: the version of the tool.</summary>
    public string? Version { get; init; }

    /// <summary>HTML: the title of the page, usually the trace's name.</summary>
    public string? Title { get; init; }
}
