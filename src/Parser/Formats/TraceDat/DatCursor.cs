using System.Buffers.Binary;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Reads numbers and strings one after the other from a part of a <see cref="DatSource"/>, never behind its end.</summary>
internal sealed class DatCursor(DatSource source, long position, long end, bool bigEndian)
{
    private readonly byte[] _window = new byte[4096];
    private long _windowStart = -1;
    private int _windowLength;

    public long Position { get; set; } = position;

    public long End { get; } = Math.Min(end, source.Length);

    public long Left => End - Position;

    public bool BigEndian { get; } = bigEndian;

    public bool TryByte(out byte value)
    {
        var ok = TryPeek(1, out var bytes);
        value = ok ? bytes[0] : (byte)0;
        if (ok) Position++;
        return ok;
    }

    public bool TryU16(out int value)
    {
        var ok = TryPeek(2, out var bytes);
        value = !ok ? 0 : BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (ok) Position += 2;
        return ok;
    }

    public bool TryU32(out uint value)
    {
        var ok = TryPeek(4, out var bytes);
        value = !ok ? 0 : BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (ok) Position += 4;
        return ok;
    }

    public bool TryU64(out ulong value)
    {
        var ok = TryPeek(8, out var bytes);
        value = !ok ? 0 : BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (ok) Position += 8;
        return ok;
    }

    /// <summary>A string up to its NUL, at most 4 KiB.</summary>
    public bool TryString(out string value)
    {
        value = "";
        var want = (int)Math.Min(_window.Length, Left);
        if (want <= 0 || !TryPeek(want, out var bytes)) return false;
        var nul = bytes.IndexOf((byte)0);
        if (nul < 0) return false;
        value = System.Text.Encoding.UTF8.GetString(bytes[..nul]);
        Position += nul + 1;
        return true;
    }

    /// <summary>Takes <paramref name="size"/> bytes if they are there and not more than <paramref name="limit"/>.</summary>
    public bool TryBytes(ulong size, long limit, out byte[] bytes)
    {
        bytes = [];
        if (size > (ulong)Math.Max(0, Left) || size > (ulong)limit) return false;
        var taken = new byte[(int)size];
        if (source.Read(Position, taken) != taken.Length) return false;
        Position += taken.Length;
        bytes = taken;
        return true;
    }

    public bool TrySkip(ulong size)
    {
        if (size > (ulong)Math.Max(0, Left)) return false;
        Position += (long)size;
        return true;
    }

    /// <summary>Takes the given literal bytes if they come next.</summary>
    public bool TryLiteral(ReadOnlySpan<byte> literal)
    {
        if (!TryPeek(literal.Length, out var bytes) || !bytes.SequenceEqual(literal)) return false;
        Position += literal.Length;
        return true;
    }

    private bool TryPeek(int size, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (Left < size) return false;
        if (_windowStart < 0 || Position < _windowStart || Position + size > _windowStart + _windowLength)
        {
            _windowLength = source.Read(Position, _window.AsSpan(0, (int)Math.Min(_window.Length, Left)));
            _windowStart = Position;
            if (_windowLength < size) return false;
        }

        bytes = _window.AsSpan((int)(Position - _windowStart), size);
        return true;
    }
}
