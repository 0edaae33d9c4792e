namespace KvmTraceLab.Parser.Input;

/// <summary>A <see cref="TraceInput"/> as a plain read-only stream.</summary>
internal sealed class InputStream(TraceInput input) : ForwardStream
{
    public override int Read(Span<byte> buffer) => input.Read(buffer);
}
