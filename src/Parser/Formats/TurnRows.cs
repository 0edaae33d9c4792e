using System.Numerics;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats;

/// <summary>
/// The rows of one turn of what goes round in a trace, the numbers in them that change, and what a further turn has in their
/// place: its times and its numbers. Such a turn's rows are copies.
/// </summary>
internal sealed class TurnRows
{
    public const int MaxRows = 64;

    /// <summary>A longer turn is not worth its mask.</summary>
    private const int MaxLength = 64 * 1024;

    /// <summary>A turn that was asked for so often in vain is forgotten.</summary>
    private const int MaxMisses = 8;

    /// <summary>Rows that must follow a turn for it to have been worth learning.</summary>
    private const int Worth = 16;

    /// <summary>Occasions to learn a turn that are let pass at most, after turns that were learnt in vain.</summary>
    private const int MaxWait = 64;

    private NumberSlot[] _numbers = new NumberSlot[8];

    /// <summary>0xff where a byte of the turn changes, 0 elsewhere.</summary>
    private byte[] _changes = new byte[1024];
    private int _length;
    private int _taken;
    private int _misses;
    private int _wait;
    private int _waited;

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

    /// <summary>Which bits of the turn change; for one that sets them by itself.</summary>
    public Span<byte> Changes => _changes.AsSpan(0, _length);

    public void Forget() => Count = 0;

    /// <summary>Nothing is known, also of what was learnt in vain.</summary>
    public void Reset()
    {
        Count = 0;
        _taken = _wait = _waited = 0;
    }

    /// <summary>Whether a turn that could be learnt should be: after those that little followed, less and less often.</summary>
    public bool IsWorthLearning()
    {
        if (_waited < _wait)
        {
            _waited++;
            return false;
        }

        _waited = 0;
        _wait = _taken >= Worth ? 0 : Math.Min((_wait * 2) + 1, MaxWait);
        return true;
    }

    /// <summary>So many turns followed where one might.</summary>
    public void Took(int turns)
    {
        if (turns > 0)
        {
            _taken = (int)Math.Min(Worth, _taken + ((long)turns * Count));
            _misses = 0;
        }
        else if (++_misses == MaxMisses)
        {
            Forget();
        }
    }

    /// <summary>
    /// A turn of so many bytes begins with that row; its rows, their numbers and what changes are added afterwards. False where it is too short
    /// to be compared at once, or too long to be worth it: then none is known.
    /// </summary>
    public bool TryBegin(int first, int length)
    {
        (First, Count, NumberCount, _misses, _taken) = (first, 0, 0, 0, 0);
        if (length < MaskedBytes.Least || length > MaxLength) return false;
        _length = length;
        if (_changes.Length < length) _changes = new byte[BitOperations.RoundUpToPowerOf2((uint)length)];
        Changes.Clear();
        return true;
    }

    /// <summary>These bytes of the turn change. (A loop, since filling a span is compiled anew in each process.)</summary>
    public void Change(int start, int end)
    {
        for (var i = start; i < end; i++) _changes[i] = 0xff;
    }

    /// <summary>Whether a further turn is the last one's but for what changes.</summary>
    public bool IsLike(ReadOnlySpan<byte> last, ReadOnlySpan<byte> further) => MaskedBytes.AreEqual(last, further, _changes);

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
