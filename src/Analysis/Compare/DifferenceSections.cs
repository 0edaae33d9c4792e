using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>Draws <see cref="RunDifferences"/>.</summary>
internal static class DifferenceSections
{
    public static void Add(Report report, RunDifferences differences)
    {
        var section = new ReportSection("differences", "What else differs");
        if (differences.Items.Count == 0)
        {
            section.Paragraphs.Add("No CPUID leaf, MSR, control register or feature differs.");
            report.Sections.Add(section);
        }
        else
        {
            var table = new ReportTable(
                new Column("kind", "Kind", ColumnKind.Text),
                new Column("key", "What", ColumnKind.Text),
                new Column("base", "Base", ColumnKind.Text),
                new Column("new", "New", ColumnKind.Text)) { ShowAtMost = 40 };
            foreach (RunDifference d in differences.Items) table.Add(d.Kind, d.Key, d.Base, d.New);
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
            parting.Paragraphs.Add($"All {differences.EventsCompared} guest-visible events held against each other are the same{(differences.IsWhole ? "" : "; what came later was not kept")}.");
        }

        report.Sections.Add(parting);
    }

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
