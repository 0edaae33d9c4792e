using System.Text;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Parser.Pipeline;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>
/// Event names to kinds for one decoder, without a lock or an allocation for names seen before. A name that nobody has seen is given its
/// number in the order of the input: there are only so many, and which get one must not depend on the threads.
/// </summary>
internal sealed class KindCache(EventCatalog catalog, DecodeTurn turn)
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

        var kind = Intern(name);
        if (_names[slot] is null && _used < Size / 2)
        {
            _used++;
            _kinds[slot] = (ushort)kind;
            _names[slot] = name.ToArray();
        }

        return kind;
    }

    public byte Buffer(ReadOnlySpan<byte> name)
    {
        var text = Encoding.UTF8.GetString(name);
        if (catalog.TryGetBuffer(text, out var id)) return id;
        turn.AwaitThoseBefore();
        return catalog.InternBuffer(text);
    }

    private int Intern(ReadOnlySpan<byte> name)
    {
        var text = Encoding.UTF8.GetString(name);
        if (catalog.TryGet(text, out var kind)) return kind;
        turn.AwaitThoseBefore();
        return catalog.Intern(text);
    }
}
