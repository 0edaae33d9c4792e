using System.Buffers;
using System.Buffers.Binary;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// The events of one CPU in one buffer, cut into units: some pages of plain data, one chunk of packed data. The cutting
/// is done by one thread; reading and decoding a unit by any.
/// </summary>
internal sealed class CpuStream
{
    /// <summary>trace-cmd packs ten pages; more than this is damage.</summary>
    private const int MaxChunk = 4 << 20;

    private readonly DatSource _source;
    private readonly DatMeta _meta;
    private readonly PageDecoder _decoder;
    private readonly int _pageSize;
    private readonly int _unitPages;
    private readonly bool _packed;
    private readonly long _end;
    private long _next;
    private uint _chunksLeft;

    public CpuStream(DatSource source, DatMeta meta, PageDecoder decoder, CpuData data, byte buffer, int pageSize, bool packed, int unitPages)
    {
        _source = source;
        Health = new() { End = source.Length };
        _meta = meta;
        _decoder = decoder;
        _pageSize = pageSize;
        _unitPages = unitPages;
        _packed = packed;
        Cpu = data.Cpu;
        Buffer = buffer;
        _next = Math.Clamp(data.Offset, 0, source.Length);
        // The size of packed data that trace-cmd writes leaves out the four bytes of the count of chunks.
        var there = source.Length - _next;
        var size = packed && data.Size is >= 0 and < long.MaxValue - 4 ? data.Size + 4 : data.Size;
        _end = _next + (size < 0 ? there : Math.Min(size, there));
        if (data.Offset < 0 || size < 0 || data.Size > there) Health.Count(TraceDatHealth.MissingData, data.Offset);
        if (packed) BeginChunks();
    }

    public int Cpu { get; }

    /// <summary>Number of the buffer instance in the catalog.</summary>
    public byte Buffer { get; }

    /// <summary>Trouble met while cutting.</summary>
    public HealthLog Health { get; }

    /// <summary>Sets the unit to the next piece; false at the end.</summary>
    public bool TryNext(DecodeUnit unit)
    {
        unit.Stream = this;
        return _packed ? TryNextChunk(unit) : TryNextPages(unit);
    }

    /// <summary>Reads, unpacks and decodes a unit; its pages are needed no longer then.</summary>
    public void Decode(DecodeUnit unit)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(unit.Size);
        var got = Fetch(unit, bytes.AsSpan(0, unit.Size));
        for (var at = 0; at < got; at += _pageSize)
        {
            var exact = unit.PackedSize == 0;
            _decoder.Decode(unit, bytes, at, Math.Min(_pageSize, got - at), _pageSize, exact ? unit.Offset + at : unit.Offset, exact);
        }

        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>The unit's pages; returns how many bytes of them there are.</summary>
    private int Fetch(DecodeUnit unit, Span<byte> pages)
    {
        int got;
        if (unit.PackedSize == 0)
        {
            got = _source.Read(unit.Offset, pages);
            if (got != unit.Size) unit.Batch.Health.Count(TraceDatHealth.MissingData, unit.Offset);
            return got;
        }

        var packed = ArrayPool<byte>.Shared.Rent(unit.PackedSize);
        got = _source.Read(unit.Offset, packed.AsSpan(0, unit.PackedSize)) == unit.PackedSize
            ? DatCompression.Unpack(_meta.Compression, packed, unit.PackedSize, pages, _meta.Path)
            : -1;
        ArrayPool<byte>.Shared.Return(packed);
        if (got != unit.Size) unit.Batch.Health.Count(TraceDatHealth.BadChunk, unit.Offset);
        return got;
    }

    private bool TryNextPages(DecodeUnit unit)
    {
        if (_next >= _end) return false;
        unit.Offset = _next;
        unit.Size = (int)Math.Min((long)_pageSize * _unitPages, _end - _next);
        unit.PackedSize = 0;
        _next += unit.Size;
        return true;
    }

    private void BeginChunks()
    {
        Span<byte> word = stackalloc byte[4];
        if (_next == _end) return;
        if (_end - _next < 4 || _source.Read(_next, word) != 4)
        {
            Health.Count(TraceDatHealth.MissingData, _next);
            return;
        }

        _chunksLeft = U32(word);
        _next += 4;
    }

    private bool TryNextChunk(DecodeUnit unit)
    {
        Span<byte> header = stackalloc byte[8];
        while (_chunksLeft > 0)
        {
            _chunksLeft--;
            if (_end - _next < 8 || _source.Read(_next, header) != 8)
            {
                Health.Count(TraceDatHealth.MissingData, _next);
                break;
            }

            var packed = U32(header);
            var unpacked = U32(header[4..]);
            var at = _next + 8;
            if (packed > _end - at)
            {
                // The length cannot be believed, so the next chunk cannot be found either.
                Health.Count(_end == _source.Length ? TraceDatHealth.MissingData : TraceDatHealth.BadChunk, _next);
                break;
            }

            _next = at + packed;
            if (packed == 0 || unpacked > Math.Max(MaxChunk, 16L * _pageSize) || unpacked > (packed * 4096L) + 4096)
            {
                Health.Count(TraceDatHealth.BadChunk, at - 8);
                continue;
            }

            unit.Offset = at;
            unit.PackedSize = (int)packed;
            unit.Size = (int)unpacked;
            return true;
        }

        _chunksLeft = 0;
        return false;
    }

    private uint U32(ReadOnlySpan<byte> at) => _meta.BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
}
