using System.Text;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output;

/// <summary>The formats there are. A new one is one file and one line here.</summary>
public static class ReportOutputs
{
    public static IReadOnlyList<IReportOutput> All { get; } = [new TextOutput(), new JsonOutput(), new CsvOutput(), new MarkdownOutput()];

    /// <summary>The output of that name.</summary>
    /// <exception cref="OutputException">There is none.</exception>
    public static IReportOutput Get(string format)
    {
        foreach (var output in All)
        {
            if (output.Format == format) return output;
        }

        throw new OutputException($"no output format '{SafeText.Clean(format)}'; there are {string.Join(", ", All.Select(o => o.Format))}");
    }

    /// <summary>The report as one string.</summary>
    public static string Render(string format, Report report, OutputOptions? options = null)
    {
        using var stream = new MemoryStream();
        Get(format).Write(report, stream, options ?? new());
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
