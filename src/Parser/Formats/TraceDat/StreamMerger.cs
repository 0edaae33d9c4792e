using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Merges the CPUs' streams by (time, cpu, buffer). Assumes that a stream is in time order, which the ring buffer
/// promises; where a clock steps back the stream's own order stays, as in trace-cmd. Runs of one stream are copied whole,
/// and when only one stream is left its batches are handed out as they are.
/// </summary>
internal sealed class StreamMerger(EventCatalog catalog, IReadOnlyList<CpuStream> streams, int threads)
{
    /// <summary>Rows of a batch handed out; few in Debug, so that tests cross every boundary.</summary>
#if DEBUG
    private const int MaxRows = 7;
#else
    private const int MaxRows = 16 * 1024;
#endif

    private readonly List<MergeLane> _heap = [];
    private readonly EventBatch _out = new(catalog);
    private int _outText;
    private int _outNumber;

    /// <summary>Called by the merging thread for every unit, in an order that does not depend on the threads.</summary>
    public Action<DecodeUnit>? UnitTaken { get; set; }

    public IEnumerable<EventBatch> Merge(CancellationToken cancel)
    {
        using var queue = new UnitQueue(catalog, threads - 1);
        foreach (var stream in streams)
        {
            var lane = new MergeLane(stream, queue);
            if (Refill(lane, queue)) Push(lane);
        }

        while (_heap.Count > 0)
        {
            cancel.ThrowIfCancellationRequested();
            var lane = _heap[0];
            var batch = lane.Batch;
            if (_heap.Count == 1 && lane.Row == 0 && batch.Count <= MaxRows)
            {
                if (_out.Count > 0)
                {
                    yield return _out;
                    Restart();
                }

                MoveNotes(_out, batch);
                yield return batch;
                lane.MoveTo(batch.Count);
            }
            else
            {
                Copy(lane, RunEnd(lane, Math.Min(batch.Count, lane.Row + MaxRows - _out.Count)));
            }

            if (lane.Row < batch.Count)
            {
                SiftDown(0);
            }
            else
            {
                queue.Return(lane.Unit!);
                if (!Refill(lane, queue)) RemoveTop();
                SiftDown(0);
            }

            if (_out.Count >= MaxRows)
            {
                yield return _out;
                Restart();
            }
        }

        foreach (var stream in streams) _out.Health.Merge(stream.Health);
        if (_out.Count > 0 || _out.Health.Entries.Count > 0 || _out.Lines.Lines > 0) yield return _out;
    }

    /// <summary>Goes on to the lane's next unit with rows, and keeps units decoding ahead of it.</summary>
    private bool Refill(MergeLane lane, UnitQueue queue)
    {
        while (lane.Advance() is { } unit)
        {
            while (queue.MaySchedule(lane.Ahead) && lane.ScheduleOne())
            {
            }

            UnitTaken?.Invoke(unit);
            MoveNotes(unit.Batch, _out);
            if (unit.Batch.Count > 0) return true;
            queue.Return(unit);
        }

        return false;
    }

    /// <summary>Counts go out with the next batch, once.</summary>
    private static void MoveNotes(EventBatch from, EventBatch to)
    {
        to.Health.Merge(from.Health);
        to.Lines.Add(from.Lines);
        from.Health.Clear();
        from.Lines = default;
    }

    private void Restart()
    {
        _out.Clear();
        _outText = 0;
        _outNumber++;
    }

    /// <summary>The end of the rows that come before every other lane's next row.</summary>
    private int RunEnd(MergeLane lane, int limit)
    {
        if (_heap.Count == 1) return limit;
        var other = _heap.Count == 2 || _heap[1].Before(_heap[2]) ? _heap[1] : _heap[2];
        var heads = lane.Batch.Heads;
        var until = lane.WinsTie(other) ? other.Time : other.Time == long.MinValue ? long.MinValue : other.Time - 1;
        var end = lane.Row + 1;
        while (end < limit && heads[end].Time <= until) end++;
        return end;
    }

    private void Copy(MergeLane lane, int end)
    {
        if (lane.CopiedTo != _outNumber) CopyContent(lane, lane.Unit!);
        var slotShift = lane.SlotShift;
        var textShift = lane.TextShift;
        foreach (ref var head in _out.AddHeads(lane.Batch.Heads.AsSpan(lane.Row, end - lane.Row)))
        {
            head.Start += slotShift;
            if (head.PayloadLength > 0) head.PayloadStart += textShift;
        }

        lane.MoveTo(end);
    }

    /// <summary>
    /// A unit's slots and text are copied once, whole, into every batch that takes rows of it: rows share slots, and units
    /// are small against batches.
    /// </summary>
    private void CopyContent(MergeLane lane, DecodeUnit unit)
    {
        var from = unit.Batch;
        lane.CopiedTo = _outNumber;
        lane.SlotShift = _out.AddSlots(from.Slots.AsSpan(0, from.SlotCount));
        lane.TextShift = _outText;
        if (unit.TextLength == 0) return;
        var need = _outText + unit.TextLength;
        if (need > _out.Text.Length) Array.Resize(ref _out.Text, Math.Max(_out.Text.Length * 2, need));
        from.Text.AsSpan(0, unit.TextLength).CopyTo(_out.Text.AsSpan(_outText));
        _outText = need;
        foreach (var (row, textSlots) in unit.TextSlots)
        {
            var slots = lane.SlotShift + from.Heads[row].Start;
            for (var mask = textSlots; mask != 0; mask &= mask - 1)
                _out.Slots[slots + System.Numerics.BitOperations.TrailingZeroCount(mask)] += (ulong)lane.TextShift;
        }
    }

    private void Push(MergeLane lane)
    {
        _heap.Add(lane);
        var i = _heap.Count - 1;
        while (i > 0 && _heap[i].Before(_heap[(i - 1) / 2]))
        {
            (_heap[i], _heap[(i - 1) / 2]) = (_heap[(i - 1) / 2], _heap[i]);
            i = (i - 1) / 2;
        }
    }

    private void RemoveTop()
    {
        _heap[0] = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
    }

    private void SiftDown(int i)
    {
        while (true)
        {
            var child = (2 * i) + 1;
            if (child >= _heap.Count) return;
            if (child + 1 < _heap.Count && _heap[child + 1].Before(_heap[child])) child++;
            if (!_heap[child].Before(_heap[i])) return;
            (_heap[i], _heap[child]) = (_heap[child], _heap[i]);
            i = child;
        }
    }
}
