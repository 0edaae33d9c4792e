using System.Buffers;
using System.Text;

namespace KvmTraceLab.Cli.Mmu;

/// <summary>Lets a JSON writer write to a <see cref="TextWriter"/> block by block, so that a long array needs no memory.</summary>
internal sealed class JsonToText(TextWriter output) : IBufferWriter<byte>
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private byte[] _block = new byte[1 << 14];

    public void Advance(int count)
    {
        var chars = new char[Encoding.UTF8.GetMaxCharCount(count)];
        int written = _decoder.GetChars(_block.AsSpan(0, count), chars, flush: false);
        output.Write(chars.AsSpan(0, written));
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (sizeHint > _block.Length)
            _block = new byte[sizeHint];
        return _block;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
