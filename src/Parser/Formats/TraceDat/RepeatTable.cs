namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Where in a unit the last record stood that came after two events of the same kinds. Traces repeat themselves: very
/// often the next record says the same, and then its fields need not be read again.
/// </summary>
internal sealed class RepeatTable
{
    /// <summary>Places; a power of two.</summary>
    private const int Size = 256;

    private readonly Place[] _places = new Place[Size];
    private int _context;
    private int _lastKind;

    public RepeatTable() => Reset();

    public void Reset()
    {
        foreach (ref var place in _places.AsSpan()) place.Row = place.Seen = -1;
        _context = 0;
        _lastKind = 0;
    }

    /// <summary>Number of the place for an event of this kind here; goes on to the next event.</summary>
    public int Of(int kind)
    {
        var place = ((_context * 31) + kind) & (Size - 1);
        _context = (_lastKind * 31) + kind;
        _lastKind = kind;
        return place;
    }

    public ref Place At(int number) => ref _places[number];

    internal struct Place
    {
        /// <summary>The row, or -1.</summary>
        public int Row;

        /// <summary>The record's bytes in the unit's pages.</summary>
        public int Start;

        public int Size;

        /// <summary>The last row that came here, or -1.</summary>
        public int Seen;
    }
}
