using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Analysis;

/// <summary>The order in which people and programs read a report; analyses run in the order they depend on each other.</summary>
internal static class ReportOrder
{
    private static readonly string[] Members =
    [
        "schema", "source", "health", "span", "events", "vcpus", "exits", "levels", "rips", "ports", "msrs", "crs", "cpuidLeaves", "gpas", "hypercalls",
        "loops", "loopsDropped", "faults", "notes", "log",
    ];

    private static readonly string[] Sections = ["source", "notes", "loops", "faults", "bugs", "findings", "exits", "levels", "rips"];

    public static void Arrange(Report report)
    {
        report.Describe(document =>
        {
            foreach (var name in Members)
            {
                if (!document.TryGetPropertyValue(name, out var value)) continue;
                document.Remove(name);
                document[name] = value;
            }
        });
        var ordered = report.Sections.OrderBy(s => Array.IndexOf(Sections, s.Id) is var i && i < 0 ? Sections.Length : i).ToList();
        report.Sections.Clear();
        report.Sections.AddRange(ordered);
    }
}
