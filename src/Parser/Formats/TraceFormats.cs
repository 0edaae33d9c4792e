namespace KvmTraceLab.Parser.Formats;

/// <summary>The visible list of input formats, in the order they are tried.</summary>
public static class TraceFormats
{
    public static IReadOnlyList<ITraceFormat> All { get; } =
    [
        new TraceDat.TraceDatFormat(),
    ];
}
