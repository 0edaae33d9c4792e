using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>The few numbers of a text that change from line to line, in order.</summary>
internal struct ChangingNumbers
{
    public const int Capacity = 4;

    private Places _places;

    public int Count { get; private set; }

    [UnscopedRef]
    public ref readonly NumberPlace this[int index] => ref _places[index];

    /// <summary>Takes the numbers of these slots, or none where a slot has no place or they are more than fit.</summary>
    public void Fill(NumberPlaces places, ulong slots, int offset)
    {
        Count = 0;
        if (BitOperations.PopCount(slots) > Capacity) return;
        for (var i = 0; i < places.Count; i++)
        {
            var place = places[i];
            if ((slots >> place.Slot & 1) != 0) _places[Count++] = place with { Start = offset + place.Start };
        }
    }

    [InlineArray(Capacity)]
    private struct Places
    {
        private NumberPlace _first;
    }
}
