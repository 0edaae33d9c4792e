using System.Buffers.Binary;

namespace KvmTraceLab.Fuzz.Generate;

/// <summary>Records of one CPU as pages of the kernel's ring buffer, each given away when it is full.</summary>
internal sealed class DatPages(DatPages.Sink to)
{
    public const int Size = 4096;
    private const int Header = 16;

    /// <summary>The page lost events before it, and their number stands behind its records.</summary>
    private const long Missed = 0b11L << 30;

    private readonly byte[] _page = new byte[Size];
    private int _used;
    private long _last;
    private ulong _lost;

    public delegate void Sink(ReadOnlySpan<byte> page);

    /// <summary>Events were lost before the next record.</summary>
    public void Lose(ulong count)
    {
        Flush();
        _lost += count;
    }

    public void Add(long time, ReadOnlySpan<byte> record)
    {
        if (_used > 0 && (_used + 4 + record.Length + 8 > Size - Header || time - _last >= 1 << 27)) Flush();
        if (_used == 0)
        {
            _last = time;
            BinaryPrimitives.WriteInt64LittleEndian(_page, _last);
        }

        var delta = (uint)(time - _last);
        _last = time;
        BinaryPrimitives.WriteUInt32LittleEndian(_page.AsSpan(Header + _used), (delta << 5) | (uint)(record.Length / 4));
        record.CopyTo(_page.AsSpan(Header + _used + 4));
        _used += 4 + record.Length;
    }

    public void Flush()
    {
        if (_used == 0) return;
        BinaryPrimitives.WriteInt64LittleEndian(_page.AsSpan(8), (uint)_used | (_lost > 0 ? Missed : 0));
        _page.AsSpan(Header + _used).Clear();
        if (_lost > 0) BinaryPrimitives.WriteUInt64LittleEndian(_page.AsSpan(Header + _used), _lost);
        to(_page);
        _used = 0;
        _lost = 0;
    }
}
