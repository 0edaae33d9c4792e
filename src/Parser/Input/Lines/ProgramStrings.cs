namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>Lines as strings of a program or of a table: <c>"…\n" +</c>, <c>'…',</c>.</summary>
internal sealed class ProgramStrings : ILineDress
{
    public static ILineDress? Find(HeadLines lines)
    {
        var found = 0;
        foreach (var line in lines.Telling)
            if (TryInside(line, out _)) found++;
        return found > 0 && HeadLines.Nearly(found, lines.Telling.Count) ? new ProgramStrings() : null;
    }

    public void Undress(ReadOnlySpan<byte> line, Stream to)
    {
        if (!TryInside(line, out var inside))
        {
            to.Write(line);
            return;
        }

        var quote = line.Trim(" \t"u8)[0];
        for (var at = 0; at < inside.Length; at++)
        {
            var next = at + 1 < inside.Length ? inside[at + 1] : (byte)0;
            var escaped = inside[at] == '\\' ? next switch { (byte)'t' => (byte)'\t', (byte)'"' or (byte)'\'' or (byte)'\\' => next, _ => (byte)0 } : (byte)0;
            if (escaped != 0 || (inside[at] == quote && next == quote)) at++;
            to.WriteByte(escaped != 0 ? escaped : inside[at]);
        }
    }

    private static bool TryInside(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> inside)
    {
        inside = default;
        var text = line.Trim(" \t"u8);
        if (text.Length < 2 || text[0] is not ((byte)'"' or (byte)'\'')) return false;
        var close = text.TrimEnd(" \t,;+\\)]"u8);
        if (close.Length < 2 || close[^1] != text[0]) return false;
        inside = close[1..^1];
        if (inside.EndsWith("\\n"u8)) inside = inside[..^2];
        return true;
    }
}
