namespace KvmTraceLab.Parser.Events;

/// <summary>Where a number stands in a payload, and the slot it fills.</summary>
internal readonly record struct NumberPlace(int Start, int Length, int Slot, bool Hex);

/// <summary>The places of a payload's numbers, in order; only those whose text is all that their slot depends on.</summary>
internal sealed class NumberPlaces
{
    private readonly NumberPlace[] _places = new NumberPlace[62];

    public int Count { get; private set; }

    public ref readonly NumberPlace this[int index] => ref _places[index];

    public void Clear() => Count = 0;

    public void Add(in NumberPlace place) => _places[Count++] = place;

    /// <summary>Forgets the places from an offset on: they were read on trial.</summary>
    public void CutAt(int offset)
    {
        while (Count > 0 && _places[Count - 1].Start >= offset) Count--;
    }
}
