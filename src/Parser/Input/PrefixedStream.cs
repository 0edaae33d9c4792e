namespace KvmTraceLab.Parser.Input;

/// <summary>A stream whose first bytes were already read for sniffing.</summary>
internal sealed class PrefixedStream(byte[] prefix, Stream rest) : ForwardStream
{
    private int _used;

    public override int Read(Span<byte> buffer)
    {
        if (_used >= prefix.Length) return rest.Read(buffer);
        var n = Math.Min(buffer.Length, prefix.Length - _used);
        prefix.AsSpan(_used, n).CopyTo(buffer);
        _used += n;
        return n;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) rest.Dispose();
        base.Dispose(disposing);
    }
}
