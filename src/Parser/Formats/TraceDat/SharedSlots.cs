namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Where slots that several rows of a unit share were copied to: the last few of them, so that rows which say the same go on sharing.</summary>
internal sealed class SharedSlots
{
    /// <summary>Places; a power of two.</summary>
    private const int Size = 16;

    private readonly (int From, int To)[] _places = new (int, int)[Size];

    public void Clear() => Array.Fill(_places, (-1, 0));

    public bool TryGet(int from, out int to)
    {
        ref readonly var place = ref _places[Place(from)];
        to = place.To;
        return place.From == from;
    }

    public void Put(int from, int to) => _places[Place(from)] = (from, to);

    private static int Place(int from) => (int)((uint)from * 0x9E3779B1 >> 28);
}
