using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Records that came twice in the same order, side by side on a page: one turn of what may go on. What follows is compared with
/// them at once, but for the bits of time deltas, flags and the numbers that change.
/// </summary>
/// <remarks>Which records those are is learnt as in text: as many on end as lie between one and the last in its place are a turn.</remarks>
internal sealed class TurnRecords
{
    private readonly TurnRows _rows = new();
    private readonly int[] _words = new int[TurnRows.MaxRows];
    private readonly int[] _places = new int[TurnRows.MaxRows];
    private NumberAt[] _numbers = new NumberAt[8];

    /// <summary>What came last, by row: its place, the row before it in that place, where it stands.</summary>
    private readonly Seen[] _seen = new Seen[TurnRows.MaxRows];

    private int _start;
    private int _length;
    private int _distance;
    private int _steady;

    public void Reset()
    {
        _rows.Reset();
        _steady = 0;
    }

    /// <summary>What follows does not stand right behind what came before.</summary>
    public void Break() => _steady = 0;

    /// <summary>A turn is known whose last record came in this place.</summary>
    public bool EndsWith(int place) => _rows.Count > 0 && _places[_rows.Count - 1] == place;

    /// <summary>
    /// A record that may repeat was read: <paramref name="before"/> is the row before it in its place, -1 for none. True where it ends a turn
    /// that can be learnt.
    /// </summary>
    public bool Ends(int row, int place, int before, int word, int body)
    {
        _seen[row & (TurnRows.MaxRows - 1)] = new Seen(place, before, word, body);
        var distance = before < 0 ? 0 : row - before;
        if (distance != _distance) (_distance, _steady) = (distance, 0);
        if (distance == 0 || ++_steady < distance || distance > TurnRows.MaxRows) return false;
        _steady = 0;
        return _rows.IsWorthLearning();
    }

    /// <summary>Learns the turn that ended with that row, at that byte.</summary>
    public void Learn(EventBatch batch, int last, int end, PlanTable plans, in RecordBits bits, byte[] bytes)
    {
        var first = last + 1 - _distance;
        _start = _seen[first & (TurnRows.MaxRows - 1)].Word;
        _length = end - _start;
        if (!_rows.TryBegin(first, _length)) return;
        for (var row = first; row <= last; row++)
        {
            ref readonly var seen = ref _seen[row & (TurnRows.MaxRows - 1)];
            if (batch.Heads[row].Flags != RowFlags.None || plans[bits.TypeOf(bytes.AsSpan(seen.Body))] is not { } plan)
            {
                _rows.Forget();
                return;
            }

            bits.MarkChanges(_rows.Changes[(seen.Word - _start)..], seen.Body - seen.Word);
            _words[_rows.Count] = seen.Word - _start;
            _places[_rows.Count] = seen.Place;
            _rows.AddRow();
            if (!TryNumbers(batch, row, seen, plan))
            {
                _rows.Forget();
                return;
            }
        }
    }

    /// <summary>The numbers that were others in the row before; false where what is computed from the record may depend on them.</summary>
    private bool TryNumbers(EventBatch batch, int row, in Seen seen, RecordPlan plan)
    {
        ref readonly var now = ref batch.Heads[row];
        ref readonly var before = ref batch.Heads[seen.Before];
        if (now.Start == before.Start) return true;
        foreach (ref readonly var move in plan.Moves.AsSpan())
        {
            if (batch.Slots[now.Start + move.Slot] == batch.Slots[before.Start + move.Slot]) continue;
            if (plan.NeedsRecord || move.Code >= MoveCode.Inline) return false;
            var at = seen.Body - _start + move.Offset;
            _rows.Change(at, at + move.Size);
            if (_rows.NumberCount == _numbers.Length) Array.Resize(ref _numbers, _numbers.Length * 2);
            _numbers[_rows.NumberCount] = new NumberAt(move.Code, at);
            _rows.AddNumber(move.Slot);
        }

        return true;
    }

    /// <summary>Takes the turns that follow from byte <paramref name="at"/> on; returns how many rows they are, and goes on with time and place.</summary>
    public int Read(DecodeUnit unit, byte[] bytes, ref int at, int end, in RecordBits bits, ref ulong stamp, long timeOffset, bool exact)
    {
        var batch = unit.Batch;
        var begun = batch.Count;
        while (at + _length <= end && _rows.IsLike(bytes.AsSpan(_start, _length), bytes.AsSpan(at, _length)))
        {
            ref var turn = ref MemoryMarshal.GetReference(bytes.AsSpan(at, _length));
            for (var i = 0; i < _rows.Count; i++)
            {
                stamp += bits.DeltaOf(bytes.AsSpan(at + _words[i]));
                _rows.Times[i] = unchecked((long)stamp + timeOffset);
            }

            for (var i = 0; i < _rows.NumberCount; i++) _rows.Values[i] = PageDecoder.Number(_numbers[i].Code, ref Unsafe.Add(ref turn, _numbers[i].At));
            _rows.Emit(batch, exact ? at - _start : 0, 0);
            _start = at;
            at += _length;
        }

        var rows = batch.Count - begun;
        _rows.Took(rows == 0 ? 0 : rows / _rows.Count);
        if (rows == 0) return 0;
        _steady = 0;
        for (var i = 0; i < _rows.Count; i++) unit.Repeats.At(_places[i]).Seen = _rows.First + i;
        return rows;
    }

    private readonly record struct Seen(int Place, int Before, int Word, int Body);

    private readonly record struct NumberAt(MoveCode Code, int At);
}
