using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>
/// Tables that perf top and perf report make of an event's text: <c>Samples: 10K of event 'kvm:kvm_exit' …</c>, then rows of a
/// share and the text. A row is an event without time, CPU and task.
/// </summary>
internal static class ShareTable
{
    /// <summary>The event a table's first line names, without its system.</summary>
    public static bool TryHeader(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name)
    {
        name = default;
        var text = line.TrimStart(" \t#"u8);
        var at = text.IndexOf("of event '"u8);
        if (at < 0 || !text.StartsWith("Samples: "u8)) return false;
        name = text[(at + 10)..];
        var end = name.IndexOf((byte)'\'');
        if (end <= 0) return false;
        name = name[..end];
        name = name[(name.LastIndexOf((byte)':') + 1)..];
        return true;
    }

    /// <summary>A row, <c>59.47%  reason …</c>; <paramref name="payload"/> is where its text begins.</summary>
    public static bool TryRow(ReadOnlySpan<byte> line, out int payload)
    {
        payload = 0;
        var start = ByteText.SkipBlanks(line, 0);
        var at = start;
        while (at < line.Length && (ByteText.IsDigit(line[at]) || line[at] == '.')) at++;
        if (at == start || at >= line.Length || line[at] != '%') return false;
        payload = ByteText.SkipBlanks(line, at + 1);
        return payload < line.Length;
    }
}
