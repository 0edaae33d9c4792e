using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output.Charts;

/// <summary>A chart in words, for who does not see it: what is drawn, how high it goes, what is shaded and marked.</summary>
internal static class ChartDescription
{
    private const int Most = 12;

    public static string Of(ChartSpec chart)
    {
        var what = chart.Kind switch
        {
            ChartKind.Stacked => "Stacked areas",
            ChartKind.Heatmap => "Heat map",
            ChartKind.Bar => "Bars",
            _ => "Lines",
        };
        List<string> sentences = [$"{what}, {chart.YTitle}" + (chart.XTitle.Length > 0 && chart.Kind != ChartKind.Bar ? $" over {chart.XTitle}" : "")];
        if (chart.Kind == ChartKind.Bar)
            foreach (var series in chart.Series) Add(sentences, "", chart.Categories.Zip(series.Y, (name, y) => $"{name} {CellText.Short(y)}"));
        else Add(sentences, "highest values: ", chart.Series.Select(s => $"{s.Name} {CellText.Short(s.Y.Where(double.IsFinite).DefaultIfEmpty(0).Max())}"));
        Add(sentences, "shaded: ", chart.Bands.Select(b => b.Label));
        Add(sentences, "marked: ", chart.Marks.Select(m => m.Label));
        return SafeText.Clean(string.Join("; ", sentences) + ".");
    }

    private static void Add(List<string> sentences, string before, IEnumerable<string> items)
    {
        var all = items.ToList();
        if (all.Count == 0) return;
        var more = all.Count > Most ? $", {all.Count - Most} more" : "";
        sentences.Add(before + string.Join(", ", all.Take(Most)) + more);
    }
}
