using System.Collections.Concurrent;
using System.Text;

namespace KvmTraceLab.Parser.Events;

/// <summary>
/// Numbers of the events of one trace: those with a shape have the same number in every trace, others get one when first
/// seen. Also names of buffers and of tasks that are not spelled in each row. Safe for several decoding threads; numbers
/// of unknown events depend on what came first, so nothing may be ordered by them. Names beyond the last number share one, so whoever
/// decodes on several threads must give numbers out in the order of the input.
/// </summary>
public sealed class EventCatalog
{
    /// <summary>Kind of a marker of lost events.</summary>
    public const int LostKind = 0;

    /// <summary>Kind of a line or record that has the envelope of an event but no name that could be read.</summary>
    public const int UnknownKind = 1;

    private const int FirstShape = 2;

    /// <summary>A kernel numbers its events in 16 bits, and so do we: no trace has more names.</summary>
    internal const int MaxKinds = ushort.MaxValue + 1;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, byte[]> _comms = new();
    private readonly ConcurrentDictionary<string, byte> _bufferIds = new(StringComparer.Ordinal);
    private readonly EventShape?[] _shapes;
    private volatile string[] _names;
    private volatile int _count;
    private volatile string[] _buffers = [""];

    public EventCatalog()
    {
        var shapes = KvmEvents.All;
        var names = new string[FirstShape + shapes.Count];
        var slots = new EventShape?[FirstShape + shapes.Count];
        names[LostKind] = "(lost events)";
        names[UnknownKind] = "(unknown)";
        for (var i = 0; i < shapes.Count; i++)
        {
            names[FirstShape + i] = shapes[i].Name;
            slots[FirstShape + i] = shapes[i];
            _kinds[shapes[i].Name] = FirstShape + i;
        }

        _names = names;
        _count = names.Length;
        _shapes = slots;
    }

    /// <summary>How many numbers are given out.</summary>
    public int Count => _count;

    /// <summary>The number of a shape, the same in every trace; -1 if the shape is not in the visible list.</summary>
    public static int KindOf(EventShape shape)
    {
        for (var i = 0; i < KvmEvents.All.Count; i++)
            if (ReferenceEquals(KvmEvents.All[i], shape)) return FirstShape + i;
        return -1;
    }

    public string NameOf(int kind) => _names[kind];

    public EventShape? ShapeOf(int kind) => (uint)kind < (uint)_shapes.Length ? _shapes[kind] : null;

    /// <summary>The number of the event of this name, given out now if it is new.</summary>
    public int Intern(ReadOnlySpan<byte> name) => Intern(Encoding.UTF8.GetString(name));

    /// <summary>The number of a name that has one.</summary>
    public bool TryGet(string name, out int kind) => _kinds.TryGetValue(name, out kind);

    public bool TryGetBuffer(string name, out byte id)
    {
        id = 0;
        return name.Length == 0 || _bufferIds.TryGetValue(name, out id);
    }

    public int Intern(string name)
    {
        if (_kinds.TryGetValue(name, out var kind)) return kind;
        lock (_lock)
        {
            if (_kinds.TryGetValue(name, out kind)) return kind;
            kind = _count;
            if (kind >= MaxKinds) return UnknownKind;
            var names = _names;
            if (kind == names.Length)
            {
                // Others may still read the old array, which stays as it is.
                Array.Resize(ref names, kind * 2);
                _names = names;
            }

            names[kind] = name;
            _count = kind + 1;
            _kinds[name] = kind;
            return kind;
        }
    }

    /// <summary>The number of a buffer instance; past 255 of them the last one stands for the rest.</summary>
    public byte InternBuffer(string name)
    {
        if (name.Length == 0) return 0;
        if (_bufferIds.TryGetValue(name, out var id)) return id;
        lock (_lock)
        {
            if (_bufferIds.TryGetValue(name, out id)) return id;
            if (_buffers.Length > 255) return 255;
            id = (byte)_buffers.Length;
            _buffers = [.. _buffers, name];
            _bufferIds[name] = id;
            return id;
        }
    }

    public string BufferName(byte id) => _buffers[id];

    public void SetComm(int tid, byte[] comm) => _comms[tid] = comm;

    public ReadOnlySpan<byte> CommOf(int tid) => _comms.TryGetValue(tid, out var comm) ? comm : "<...>"u8;
}
