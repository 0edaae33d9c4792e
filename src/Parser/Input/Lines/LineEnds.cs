namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>Ends and tabs made visible: <c>cat -A</c> puts <c>$</c> behind each line and <c>^I</c> for a tab.</summary>
internal sealed class LineEnds : ILineDress
{
    public static ILineDress? Find(HeadLines lines)
    {
        var found = lines.Written.Count(l => l[^1] == '$');
        return HeadLines.Nearly(found, lines.Written.Count) ? new LineEnds() : null;
    }

    public void Undress(ReadOnlySpan<byte> line, Stream to)
    {
        if (line.EndsWith("$"u8)) line = line[..^1];
        while (line.IndexOf("^I"u8) is >= 0 and var tab)
        {
            to.Write(line[..tab]);
            to.WriteByte((byte)'\t');
            line = line[(tab + 2)..];
        }

        to.Write(line);
    }
}
