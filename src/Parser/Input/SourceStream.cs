namespace KvmTraceLab.Parser.Input;

/// <summary>What a decompressor reads from: tells whether all of it was taken, so that data that end early are told from damaged ones.</summary>
internal sealed class SourceStream(Stream source) : ForwardStream
{
    public bool HasEnded { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        var got = source.Read(buffer);
        HasEnded |= got == 0 && !buffer.IsEmpty;
        return got;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }
}
