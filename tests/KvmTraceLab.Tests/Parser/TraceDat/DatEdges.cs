using System.Buffers.Binary;
using System.Text;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>
/// Where the parts of a little-endian trace.dat begin and end: headers, formats, sections, options, CPU tables, ring-buffer pages.
/// Written from docs/trace-dat.md, not from the reader.
/// </summary>
internal sealed class DatEdges
{
    private const int PageSize = 4096;

    private readonly byte[] _file;
    private readonly SortedSet<int> _edges = [];
    private int _at;

    private DatEdges(byte[] file) => _file = file;

    public static IReadOnlyCollection<int> Of(byte[] file)
    {
        var edges = new DatEdges(file);
        edges.Walk();
        return edges._edges;
    }

    private void Walk()
    {
        Take(10);
        var version = String();
        Take(6);
        if (version == "6") Version6();
        else Version7();
        Assert.Equal(_file.Length, _at);
    }

    private void Version6()
    {
        for (var header = 0; header < 2; header++)
        {
            String();
            Take((int)U64());
        }

        for (var n = U32(); n > 0; n--) Take((int)U64());
        for (var systems = U32(); systems > 0; systems--)
        {
            String();
            for (var n = U32(); n > 0; n--) Take((int)U64());
        }

        Take((int)U32());
        Take((int)U32());
        Take((int)U64());
        var cpus = U32();
        Take(10);
        while (U16() != 0) Take((int)U32());
        Take(10);
        for (var cpu = 0; cpu < cpus; cpu++)
        {
            var offset = (int)U64();
            Pages(offset, offset + (int)U64());
        }

        Take(_file.Length - _at);
    }

    private void Version7()
    {
        String();
        String();
        U64();
        while (_at < _file.Length)
        {
            var id = U16();
            var packed = U16() != 0;
            U32();
            var size = (int)U64();
            if (id == 3 && packed) Chunks(_at, _at + size);
            else if (id == 3) Pages((_at + PageSize - 1) & -PageSize, _at + size);
            Take(size);
        }
    }

    private void Pages(int from, int to)
    {
        for (var page = from; page <= to; page += PageSize) _edges.Add(page);
    }

    /// <summary>The first CPU's; others begin at the next page boundary of the file.</summary>
    private void Chunks(int from, int to)
    {
        while (from + 4 <= to)
        {
            var count = BinaryPrimitives.ReadInt32LittleEndian(_file.AsSpan(from));
            if (count < 0) return;
            from += 4;
            for (; count > 0 && from + 8 <= to; count--)
            {
                _edges.Add(from);
                var size = BinaryPrimitives.ReadInt32LittleEndian(_file.AsSpan(from));
                if (size < 0 || size > to - from) return;
                from += 8 + size;
            }

            _edges.Add(from);
            from = (from + PageSize - 1) & -PageSize;
        }
    }

    private ReadOnlySpan<byte> Take(int n)
    {
        var taken = _file.AsSpan(_at, n);
        _at += n;
        _edges.Add(_at);
        return taken;
    }

    private ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    private uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    private string String()
    {
        var length = _file.AsSpan(_at).IndexOf((byte)0);
        var text = Encoding.ASCII.GetString(_file, _at, length);
        Take(length + 1);
        return text;
    }
}
