using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Output.Text;

/// <summary>One table of the report with all its rows; values in base units, as the column keys say.</summary>
internal sealed class CsvOutput : IReportOutput
{
    public string Format => "csv";

    public void Write(Report report, Stream stream, OutputOptions options)
    {
        var tables = Tables(report.Sections).Concat(Tables(report.Empty)).ToList();
        var section = options.Table is null ? tables.FirstOrDefault() : tables.Find(s => s.Id == options.Table);
        if (section?.Table is not { } table)
        {
            throw new OutputException(tables.Count == 0
                ? $"'{report.Command}' has no table for CSV here; use --format json"
                : $"no table '{SafeText.Clean(options.Table!)}'; there are {string.Join(", ", tables.Select(s => s.Id).Distinct(StringComparer.Ordinal))}");
        }

        using var writer = new CsvTableWriter(stream, table.Columns);
        foreach (var row in table.Rows) writer.Write(row);
    }

    private static IEnumerable<ReportSection> Tables(IEnumerable<ReportSection> sections)
    {
        foreach (var section in sections)
        {
            if (section.Table is not null) yield return section;
            foreach (var child in Tables(section.Children)) yield return child;
        }
    }
}
