using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay;

/// <summary>
/// Remembers what was made of a row's slots. Rows that say the very same share their slots within a batch, and a guest in
/// a loop says the same over and over.
/// </summary>
public sealed class SlotMemo
{
    /// <summary>Places; a power of two.</summary>
    private const int Size = 512;

    private readonly Place[] _places = new Place[Size];

    public bool TryGet(in EventRow row, out ulong value)
    {
        ref readonly var head = ref row.Head;
        ref readonly var place = ref _places[head.Start & (Size - 1)];
        value = place.Value;
        return place.Start == head.Start && place.Batch == row.Batch.Number;
    }

    /// <summary>Remembers for rows with these slots; a row without slots has nothing to go by.</summary>
    public void Put(in EventRow row, ulong value)
    {
        ref readonly var head = ref row.Head;
        if (head.Width == 0 || row.Batch.Number == 0) return;
        _places[head.Start & (Size - 1)] = new Place { Batch = row.Batch.Number, Start = head.Start, Value = value };
    }

    private struct Place
    {
        public long Batch;
        public int Start;
        public ulong Value;
    }
}
