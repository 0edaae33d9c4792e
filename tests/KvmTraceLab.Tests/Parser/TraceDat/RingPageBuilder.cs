using System.Buffers.Binary;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>Writes one ring-buffer page record by record, as include/linux/ring_buffer.h describes them.</summary>
public sealed class RingPageBuilder(ulong time, bool bigEndian = false, int longSize = 8)
{
    private readonly List<byte> _data = [];
    private uint _flags;
    private byte[] _behind = [];

    public int HeaderSize => 8 + longSize;

    public int Used => _data.Count;

    /// <summary>type_len 1..28: so many words of data; type_len 0 where longer (or <paramref name="longForm"/>).</summary>
    public RingPageBuilder Data(uint delta, byte[] record, bool longForm = false)
    {
        var padded = (record.Length + 3) / 4 * 4;
        if (padded is 0 or > 112 || longForm)
        {
            Header(0, delta);
            U32((uint)record.Length + 4);
        }
        else
        {
            Header((uint)padded / 4, delta);
        }

        _data.AddRange(record);
        _data.AddRange(new byte[padded - record.Length]);
        return this;
    }

    /// <summary>type_len 29 with a delta: a record taken back, of so many bytes behind its header.</summary>
    public RingPageBuilder Discarded(uint delta, int length)
    {
        Header(29, delta);
        U32((uint)length);
        _data.AddRange(new byte[length - 4]);
        return this;
    }

    /// <summary>type_len 29 without a delta: nothing follows on this page.</summary>
    public RingPageBuilder EndPadding(int garbage)
    {
        Header(29, 0);
        for (var i = 0; i < garbage; i++) _data.Add(0xee);
        return this;
    }

    /// <summary>type_len 30: a delta of 59 bits.</summary>
    public RingPageBuilder TimeExtend(ulong delta)
    {
        Header(30, (uint)(delta & 0x7ffffff));
        U32((uint)(delta >> 27));
        return this;
    }

    /// <summary>type_len 31: an absolute stamp of 59 bits.</summary>
    public RingPageBuilder TimeStamp(ulong stamp)
    {
        Header(31, (uint)(stamp & 0x7ffffff));
        U32((uint)(stamp >> 27));
        return this;
    }

    public RingPageBuilder Raw(params byte[] bytes)
    {
        _data.AddRange(bytes);
        return this;
    }

    /// <summary>Bit 31 of the commit word; with a count also bit 30, and the count behind the data.</summary>
    public RingPageBuilder Missed(long? count = null)
    {
        _flags = count is null ? 1u << 31 : 3u << 30;
        if (count is null) return this;
        _behind = new byte[longSize];
        if (longSize == 8) Put64(_behind, (ulong)count);
        else Put32(_behind, (uint)count);
        return this;
    }

    public byte[] Build(int pageSize)
    {
        var page = new byte[pageSize];
        Put64(page, time);
        var commit = (uint)_data.Count | _flags;
        if (longSize == 8) Put64(page.AsSpan(8), commit);
        else Put32(page.AsSpan(8), commit);
        _data.ToArray().CopyTo(page, HeaderSize);
        _behind.CopyTo(page, HeaderSize + _data.Count);
        return page;
    }

    private void Header(uint type, uint delta) => U32(bigEndian ? (type << 27) | delta : (delta << 5) | type);

    private void U32(uint value)
    {
        var bytes = new byte[4];
        Put32(bytes, value);
        _data.AddRange(bytes);
    }

    private void Put32(Span<byte> to, uint value)
    {
        if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(to, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(to, value);
    }

    private void Put64(Span<byte> to, ulong value)
    {
        if (bigEndian) BinaryPrimitives.WriteUInt64BigEndian(to, value);
        else BinaryPrimitives.WriteUInt64LittleEndian(to, value);
    }
}
