using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Analysis;

/// <summary>The order in which people and programs read a report; analyses run in the order they depend on each other.</summary>
internal static class ReportOrder
{
    private static readonly string[] Members =
    [
        "schema", "source", "health", "span", "events", "vcpus", "guests", "exits", "levels", "rips", "ports", "msrs", "crs", "cpuidLeaves", "gpas", "hypercalls",
        "loops", "loopsDropped", "faults", "notes", "log",
    ];

    private static readonly string[] Sections = ["source", "notes", "loops", "faults", "outcomes", "bugs", "findings", "guests", "exits", "levels", "rips"];

    /// <summary>What is wrong stands before what is unclear, and both before what is well.</summary>
    public static void Headlines(Report report)
    {
        var ordered = report.Headlines.OrderBy(h => h.Kind switch { HeadlineKind.Bug => 0, HeadlineKind.Trouble => 1, HeadlineKind.Notice => 2, HeadlineKind.Caution => 3, _ => 4 }).ToList();
        report.Headlines.Clear();
        report.Headlines.AddRange(ordered);
    }

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
