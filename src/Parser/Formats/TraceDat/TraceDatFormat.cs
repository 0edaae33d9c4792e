using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>trace.dat of trace-cmd, versions 6 and 7 (docs/trace-dat.md).</summary>
public sealed class TraceDatFormat : ITraceFormat
{
    public string Name => "trace-cmd-dat";

    public string Description => "trace.dat of trace-cmd record, versions 6 and 7";

    public bool Sniff(ReadOnlySpan<byte> head) => head.StartsWith(DatOpener.Magic);

    public ITraceReader Open(TraceInput input, TraceOptions options)
    {
        var source = DatSource.Open(input);
        var meta = DatOpener.Open(source, input.Path);
        return LatencyText.TryOpen(source, meta, options) ?? new TraceDatReader(source, meta, options);
    }
}
