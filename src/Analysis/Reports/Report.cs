using System.Text.Json.Nodes;

namespace KvmTraceLab.Analysis.Reports;

/// <summary>
/// What a command found: plain data, all that analyses may produce and all that outputs draw. Text, Markdown, CSV and HTML
/// draw <see cref="Headlines"/> and <see cref="Sections"/>; JSON prints <see cref="Document"/>.
/// </summary>
public sealed class Report
{
    public Report(string command)
    {
        Command = command;
        Document["schema"] = $"ktl/{command}/1";
    }

    /// <summary>The command that made it: <c>analyze</c>, <c>exits</c>, …</summary>
    public string Command { get; }

    /// <summary>The JSON document, members in the order they are to be printed.</summary>
    public JsonObject Document { get; } = [];

    /// <summary>The first screen: is something wrong, where, since when, what next.</summary>
    public List<Headline> Headlines { get; } = [];

    public List<ReportSection> Sections { get; } = [];

    /// <summary>Charts that belong to the report; drawn by HTML and by <c>ktl chart</c>.</summary>
    public List<ChartSpec> Charts { get; } = [];
}
