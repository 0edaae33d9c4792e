using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Output;

/// <summary>Draws a report in one format.</summary>
public interface IReportOutput
{
    /// <summary>The name <c>--format</c> knows it by.</summary>
    string Format { get; }

    /// <summary>Writes the whole report as UTF-8 without a byte order mark.</summary>
    /// <exception cref="OutputException">The report has nothing that fits what was asked.</exception>
    void Write(Report report, Stream stream, OutputOptions options);
}
