using System.Text;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Event names to kinds for one decoder, without a lock or an allocation for names seen before.</summary>
internal sealed class KindCache(EventCatalog catalog)
{
    private const int Size = 1024;

    private readonly byte[]?[] _names = new byte[Size][];
    private readonly ushort[] _kinds = new ushort[Size];
    private int _used;

    /// <summary>Kind of function-tracer lines, which have no event name.</summary>
    public int Function { get; } = catalog.Intern("function");

    public int Of(ReadOnlySpan<byte> name)
    {
        var slot = WordTable.Hash(name) & (Size - 1);
        for (var probes = 0; probes < 16; probes++)
        {
            var known = _names[slot];
            if (known is null) break;
            if (name.SequenceEqual(known)) return _kinds[slot];
            slot = (slot + 1) & (Size - 1);
        }

        var kind = catalog.Intern(name);
        if (_names[slot] is null && _used < Size / 2)
        {
            _used++;
            _kinds[slot] = (ushort)kind;
            _names[slot] = name.ToArray();
        }

        return kind;
    }

    public byte Buffer(ReadOnlySpan<byte> name) => catalog.InternBuffer(Encoding.UTF8.GetString(name));
}
