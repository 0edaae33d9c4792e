using System.Text;
using KvmTraceLab.Parser.Input.Lines;

namespace KvmTraceLab.Parser.Input;

/// <summary>
/// The plain text inside a dressed one, line by line: no dress spans lines but the soft breaks of a mail, which are joined.
/// Offsets are those in the plain text, as they are for compressed inputs.
/// </summary>
internal sealed class UndressedStream(Stream source, TextDress dress, ILineDress? lines = null) : ForwardStream
{
    private const int Chunk = 64 * 1024;

    /// <summary>A longer line is cut, so that an input without newlines needs no more memory than this.</summary>
    private const int LongestLine = 1024 * 1024;

    private byte[] _raw = new byte[Chunk];
    private int _rawLength;
    private byte[] _plain = [];
    private int _plainUsed;
    private bool _ended;
    private bool _begun;

    public override int Read(Span<byte> buffer)
    {
        while (_plainUsed >= _plain.Length)
        {
            if (_ended) return 0;
            Fill();
        }

        var count = Math.Min(buffer.Length, _plain.Length - _plainUsed);
        _plain.AsSpan(_plainUsed, count).CopyTo(buffer);
        _plainUsed += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }

    private void Fill()
    {
        if (_rawLength == _raw.Length) Array.Resize(ref _raw, _raw.Length * 2);
        var got = source.Read(_raw, _rawLength, _raw.Length - _rawLength);
        _rawLength += got;
        _ended = got == 0;
        var take = _ended ? _rawLength : WholeLines(_raw.AsSpan(0, _rawLength));
        if (take == 0 && _rawLength >= LongestLine) take = _rawLength;
        _plain = Plain(_raw.AsSpan(0, take));
        _plainUsed = 0;
        _raw.AsSpan(take, _rawLength - take).CopyTo(_raw);
        _rawLength -= take;
    }

    /// <summary>Up to the last newline that ends a line.</summary>
    private int WholeLines(ReadOnlySpan<byte> raw)
    {
        if ((dress & TextDress.Utf16Little) != 0) return LastWide(raw, 0);
        if ((dress & TextDress.Utf16Big) != 0) return LastWide(raw, 1);
        while (true)
        {
            var newline = raw.LastIndexOf((byte)'\n');
            if (newline < 0 || (dress & TextDress.QuotedPrintable) == 0 || !raw[..newline].TrimEnd((byte)'\r').EndsWith("="u8)) return newline + 1;
            raw = raw[..newline];
        }
    }

    private static int LastWide(ReadOnlySpan<byte> raw, int low)
    {
        for (var at = (raw.Length & ~1) - 2; at >= 0; at -= 2)
            if (raw[at + low] == '\n' && raw[at + 1 - low] == 0) return at + 2;
        return 0;
    }

    private byte[] Plain(ReadOnlySpan<byte> raw)
    {
        var mark = _begun ? 0 : (dress & TextDress.Mark) != 0 ? 3 : (dress & (TextDress.Utf16Little | TextDress.Utf16Big)) != 0 ? 2 : 0;
        if (raw.Length > 0) _begun = true;
        raw = raw[Math.Min(mark, raw.Length)..];
        if ((dress & TextDress.Utf16Little) != 0) return Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(raw));
        if ((dress & TextDress.Utf16Big) != 0) return Encoding.UTF8.GetBytes(Encoding.BigEndianUnicode.GetString(raw));
        if (lines is not null) return Bare(raw, lines);
        var bytes = raw.ToArray();
        if ((dress & TextDress.QuotedPrintable) != 0) bytes = Undressing.QuotedPrintable(bytes);
        if ((dress & TextDress.Colours) != 0) bytes = Undressing.Colours(bytes);
        if ((dress & TextDress.Tags) != 0) bytes = Undressing.Tags(bytes);
        if ((dress & TextDress.Entities) != 0) bytes = Undressing.Entities(bytes);
        if ((dress & TextDress.Dashes) != 0) bytes = Undressing.Dashes(bytes);
        return bytes;
    }

    private static byte[] Bare(ReadOnlySpan<byte> raw, ILineDress lines)
    {
        var to = new MemoryStream(raw.Length);
        while (!raw.IsEmpty)
        {
            var newline = raw.IndexOf((byte)'\n');
            var line = newline < 0 ? raw : raw[..newline];
            lines.Undress(line.TrimEnd((byte)'\r'), to);
            if (newline >= 0) to.WriteByte((byte)'\n');
            raw = newline < 0 ? default : raw[(newline + 1)..];
        }

        return to.ToArray();
    }
}
