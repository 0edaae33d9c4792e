namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>The dresses of lines that are known, in the order in which they are tried.</summary>
internal static class LineDresses
{
    /// <summary>Lines of the head that are looked at.</summary>
    public const int Looked = 400;

    /// <summary>A log of a log, quoted in a listing: more do not occur.</summary>
    public const int Layers = 3;

    private static readonly Func<HeadLines, ILineDress?>[] All =
        [JsonLines.Find, ProgramStrings.Find, PerfTraceLines.Find, GraphLines.Find, LineEnds.Find, CommonMark.Find, GrepMargin.Find, ListingMargin.Find];

    /// <summary>The dress of the lines that look like a trace; null where they wear none.</summary>
    public static ILineDress? Detect(ReadOnlySpan<byte> head)
    {
        if (head.Contains((byte)0)) return null;
        var lines = new HeadLines(head, Looked);
        if (lines.Telling.Count == 0) return null;
        foreach (var find in All)
            if (find(lines) is { } dress) return dress;
        return null;
    }
}
