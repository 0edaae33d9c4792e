using System.Text.Json;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Output.Text;

/// <summary>The report's document, indented, one newline at the end.</summary>
internal sealed class JsonOutput : IReportOutput
{
    public string Format => "json";

    public void Write(Report report, Stream stream, OutputOptions options)
    {
        // Relaxed: no <>&+' as escapes; control characters and quotes are escaped all the same.
        var form = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = SafeJson.Encoder };
        using (var writer = new Utf8JsonWriter(stream, form))
        {
            report.Document.WriteTo(writer);
        }

        stream.WriteByte((byte)'\n');
    }
}
