using System.Globalization;
using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Exits;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>Draws <see cref="RunDifferences"/>.</summary>
internal static class DifferenceSections
{
    public static void Add(Report report, RunDifferences differences)
    {
        var section = new ReportSection("differences", "What else differs");
        // Two runs never agree on the first few values of a timer or an interrupt command.
        var moving = differences.Items.Where(d => IsMoving(d.Base) && IsMoving(d.New)).ToList();
        var telling = differences.Items.Except(moving).ToList();
        if (moving.Count > 0)
            section.Paragraphs.Add($"Left out, since they have many values in either run: {string.Join(", ", moving.Select(d => $"{d.Kind} {Name(d)}"))}.");
        if (telling.Count == 0)
        {
            section.Paragraphs.Add(moving.Count > 0 ? "No other CPUID leaf, MSR, control register or feature differs." : "No CPUID leaf, MSR, control register or feature differs.");
            report.Sections.Add(section);
        }
        else
        {
            var table = new ReportTable(
                new Column("kind", "Kind", ColumnKind.Text),
                new Column("key", "What", ColumnKind.Text),
                new Column("base", "Base", ColumnKind.Text),
                new Column("new", "New", ColumnKind.Text)) { ShowAtMost = 40 };
            foreach (RunDifference d in telling) table.Add(d.Kind, Name(d), d.Base, d.New);
            report.Sections.Add(section with { Table = table });
        }

        var parting = new ReportSection("parting", "Where the runs part ways");
        if (differences.Parting is PartingPoint p)
        {
            parting.Paragraphs.Add(p.Index == 0
                ? "The very first guest-visible events differ: this is not the same guest, or the traces do not begin at the same point."
                : $"The first {p.Index} guest-visible events are the same; then they differ (-: base, +: new).");
            for (int i = 0; i < p.Index - p.FirstShown; i++) parting.Verbatim.Add("  " + p.Base[i]);
            for (int i = (int)(p.Index - p.FirstShown); i < p.Base.Count; i++) parting.Verbatim.Add("- " + p.Base[i]);
            for (int i = (int)(p.Index - p.FirstShown); i < p.New.Count; i++) parting.Verbatim.Add("+ " + p.New[i]);
        }
        else
        {
            parting.Paragraphs.Add(differences.EventsCompared == 0 ? "The runs have no guest-visible events that could be held against each other." : $"All {differences.EventsCompared} guest-visible events held against each other are the same{(differences.IsWhole ? "" : "; what came later was not kept")}.");
        }

        report.Sections.Add(parting);
    }

    private static bool IsMoving(string? values) => values is not null && values.EndsWith(RunFactsCollector.More, StringComparison.Ordinal);

    private static string Name(RunDifference difference) =>
        difference.Kind is "msr-read" or "msr-write" && ulong.TryParse(difference.Key.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong msr)
            && ResourceNames.Of(TripDetail.Msr, msr) is string name ? $"{difference.Key} ({name})" : difference.Key;

    public static JsonObject ToJson(RunDifferences differences) => new()
    {
        ["items"] = CompareReport.Array(differences.Items, d => new JsonObject { ["kind"] = d.Kind, ["key"] = d.Key, ["base"] = d.Base, ["new"] = d.New }),
        ["parting"] = differences.Parting is not PartingPoint p ? null : new JsonObject
        {
            ["index"] = p.Index,
            ["firstShown"] = p.FirstShown,
            ["base"] = CompareReport.Array(p.Base, e => JsonValue.Create(e)),
            ["new"] = CompareReport.Array(p.New, e => JsonValue.Create(e)),
        },
        ["eventsCompared"] = differences.EventsCompared,
        ["whole"] = differences.IsWhole,
    };
}
