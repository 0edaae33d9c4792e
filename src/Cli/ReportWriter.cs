using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output;
using KvmTraceLab.Output.Files;

namespace KvmTraceLab.Cli;

/// <summary>Draws a report where and how it was asked.</summary>
internal static class ReportWriter
{
    public static void Write(Report report, TraceRequest request)
    {
        var output = ReportOutputs.Get(request.Format);
        var options = new OutputOptions
        {
            Color = request.Output is null && !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            Table = request.Table,
        };
        FileOutput.Write(request.Output, stream => output.Write(report, stream, options));
    }
}
