using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats;

/// <summary>
/// The rows of one turn of what goes round in a trace, the numbers in them that change, and what a further turn has in their
/// place: its times and its numbers. Such a turn's rows are copies.
/// </summary>
internal sealed class TurnRows
{
    public const int MaxRows = 64;

    private NumberSlot[] _numbers = new NumberSlot[8];

    /// <summary>The first row of the last turn.</summary>
    public int First { get; private set; }

    /// <summary>Rows of a turn; 0 while none is known.</summary>
    public int Count { get; private set; }

    /// <summary>Numbers that change.</summary>
    public int NumberCount { get; private set; }

    /// <summary>The times of a further turn.</summary>
    public long[] Times { get; } = new long[MaxRows];

    /// <summary>The numbers of a further turn.</summary>
    public ulong[] Values { get; private set; } = new ulong[8];

    public void Forget() => Count = 0;

    /// <summary>A turn begins with that row; its rows, and their numbers, are added afterwards.</summary>
    public void Begin(int first) => (First, Count, NumberCount) = (first, 0, 0);

    public void AddRow() => Count++;

    /// <summary>A number of the last row added.</summary>
    public void AddNumber(int slot)
    {
        if (NumberCount == _numbers.Length)
        {
            Array.Resize(ref _numbers, NumberCount * 2);
            var values = Values;
            Array.Resize(ref values, NumberCount * 2);
            Values = values;
        }

        _numbers[NumberCount++] = new NumberSlot(Count - 1, slot);
    }

    /// <summary>Adds a further turn's rows, so far behind the last turn's in the input and in the batch's text.</summary>
    public void Emit(EventBatch batch, long offset, int text)
    {
        var row = batch.Count;
        var heads = batch.AddHeads(batch.Heads.AsSpan(First, Count));
        for (var i = 0; i < heads.Length; i++)
        {
            ref var head = ref heads[i];
            head.Time = Times[i];
            head.Offset += offset;
            head.CommStart += text;
            head.PayloadStart += text;
            head.Flags = RowFlags.None;
        }

        First = row;
        var own = -1;
        for (var i = 0; i < NumberCount; i++)
        {
            ref readonly var number = ref _numbers[i];
            ref var head = ref heads[number.Row];
            if (batch.Slots[head.Start + number.Slot] == Values[i]) continue;
            if (own != number.Row) batch.Unshare(row + (own = number.Row));
            batch.Slots[head.Start + number.Slot] = Values[i];
        }
    }

    private readonly record struct NumberSlot(int Row, int Slot);
}
