using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>
/// Cuts the input into blocks that begin at an event, so that a wrapped event is never cut in two and any worker can
/// decode any block. Where the cut falls depends on the content alone, never on timing.
/// </summary>
internal sealed class BlockCutter(TraceInput input)
{
    private const int MaxLinesBack = 64;

    private byte[] _carry = new byte[TextBlock.Size];
    private int _carryLength;
    private long _offset;
    private bool _insideLine;
    private bool _ended;

    /// <summary>Fills <paramref name="block"/> with the next lines; false at the end of the input.</summary>
    public bool TryNext(TextBlock block)
    {
        if (_ended) return false;
        var size = Math.Max(TextBlock.Size, _carryLength + (TextBlock.Size / 2));
        while (true)
        {
            if (block.Bytes.Length < size) block.Bytes = new byte[size];
            _carry.AsSpan(0, _carryLength).CopyTo(block.Bytes);
            var got = input.Read(block.Bytes.AsSpan(_carryLength, size - _carryLength));
            var length = _carryLength + got;
            var unread = Math.Max(0, _carryLength - 1);
            Quoting.Unbreak(block.Bytes.AsSpan(unread, length - unread));
            _ended = length < size;
            block.Offset = _offset;
            block.BeginsInsideLine = _insideLine;
            var cut = _ended ? length : FindCut(block.Bytes.AsSpan(0, length));
            if (cut == 0 && !_ended && length < TextBlock.MaxLine)
            {
                // Not one whole line yet: take more.
                KeepCarry(block.Bytes.AsSpan(0, length));
                size = Math.Min(size * 2, TextBlock.MaxLine);
                continue;
            }

            _insideLine = cut == 0;
            if (cut == 0) cut = length;
            block.Length = cut;
            KeepCarry(block.Bytes.AsSpan(cut, length - cut));
            _offset += cut;
            return block.Length > 0;
        }
    }

    private void KeepCarry(ReadOnlySpan<byte> rest)
    {
        if (_carry.Length < rest.Length) _carry = new byte[rest.Length];
        rest.CopyTo(_carry);
        _carryLength = rest.Length;
    }

    /// <summary>Where the last whole event begins, else where the last line begins; 0 where there is no newline.</summary>
    private static int FindCut(ReadOnlySpan<byte> bytes)
    {
        var lastNewline = bytes.LastIndexOf((byte)'\n');
        if (lastNewline < 0) return 0;
        var end = lastNewline;
        var bare = -1;
        var envelope = default(Envelope);
        for (var lines = 0; lines < MaxLinesBack; lines++)
        {
            var start = bytes[..end].LastIndexOf((byte)'\n') + 1;
            if (start == 0) break;
            if (EnvelopeReader.TryRead(Quoting.Unmark(Quoting.Strip(bytes[start..end], out _), out _), ref envelope))
            {
                if (envelope.Form != EnvelopeForm.Bare) return start;
                bare = start; // the envelope of a wrapped line may stand before a bare event: look on
            }
            else if (bare >= 0)
            {
                break;
            }

            end = start - 1;
        }

        return bare >= 0 ? bare : lastNewline + 1;
    }
}
