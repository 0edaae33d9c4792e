using System.Text.Json.Nodes;

namespace KvmTraceLab.Analysis.Reports;

/// <summary>
/// What a command found: plain data, all that analyses may produce and all that outputs draw. Text, Markdown, CSV and HTML
/// draw <see cref="Headlines"/> and <see cref="Sections"/>; JSON prints <see cref="Document"/>.
/// </summary>
/// <param name="command">The command that made it: <c>analyze</c>, <c>exits</c>, …</param>
public sealed class Report(string command)
{
    private readonly List<Action<JsonObject>> _undescribed = [];
    private JsonObject? _document;

    public string Command => command;

    /// <summary>Each of its tables may be asked for by name; those of several files may not.</summary>
    public bool TablesByName { get; init; } = true;

    /// <summary>The JSON document, members in the order they are to be printed.</summary>
    public JsonObject Document
    {
        get
        {
            var document = _document ??= new JsonObject { ["schema"] = $"ktl/{command}/1" };
            Action<JsonObject>[] parts = [.. _undescribed];
            _undescribed.Clear();
            foreach (var part in parts) part(document);
            return document;
        }
    }

    /// <summary>Adds to the <see cref="Document"/> once somebody asks for it; text and HTML do not.</summary>
    public void Describe(Action<JsonObject> part) => _undescribed.Add(part);

    /// <summary>The first screen: is something wrong, where, since when, what next.</summary>
    public List<Headline> Headlines { get; } = [];

    public List<ReportSection> Sections { get; } = [];

    /// <summary>Tables without a row in this trace: nothing to show to people, but CSV has their header.</summary>
    public List<ReportSection> Empty { get; } = [];

    /// <summary>Adds a section, to <see cref="Empty"/> where its table has no row.</summary>
    public void AddTable(ReportSection section) => (section.Table is { Rows.Count: 0 } ? Empty : Sections).Add(section);

    /// <summary>Charts that belong to the report; drawn by HTML and by <c>ktl chart</c>.</summary>
    public List<ChartSpec> Charts { get; } = [];
}
