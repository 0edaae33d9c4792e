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

    private readonly MergeHeap _heap = new(streams.Count);
    private readonly EventBatch _out = new(catalog);

    /// <summary>Called by the merging thread for every unit, in an order that does not depend on the threads.</summary>
    public Action<DecodeUnit>? UnitTaken { get; set; }

    public IEnumerable<EventBatch> Merge(CancellationToken cancel)
    {
        using var queue = new UnitQueue(catalog, threads - 1, streams.Count);
        var mover = new UnitMover(_out);
        var lanes = Lanes(queue);
        while (_heap.Count > 0)
        {
            cancel.ThrowIfCancellationRequested();
            var lane = lanes[_heap.First];
            var batch = lane.Batch;
            if (_heap.Count == 1 && lane.Row == 0 && batch.Count <= MaxRows)
            {
                if (_out.Count > 0)
                {
                    yield return _out;
                    mover.Restart();
                }

                MoveNotes(_out, batch);
                yield return batch;
                lane.MoveTo(batch.Count);
            }
            else
            {
                mover.Move(lane, RunEnd(lane, Math.Min(batch.Count, lane.Row + MaxRows - _out.Count)), whole: (long)batch.Count * _heap.Count <= 2 * MaxRows);
            }

            if (lane.Row < batch.Count)
            {
                if (lane.Row >= lane.AskAt) AskAhead(lane, queue);
                _heap.MoveFirst(lane.Time);
            }
            else
            {
                queue.Return(lane.Unit!);
                if (Refill(lane, queue)) _heap.MoveFirst(lane.Time);
                else _heap.RemoveFirst();
            }

            if (_out.Count >= MaxRows)
            {
                yield return _out;
                mover.Restart();
            }
        }

        foreach (var stream in streams) _out.Health.Merge(stream.Health);
        if (_out.Count > 0 || _out.Health.Entries.Count > 0 || _out.Lines.Lines > 0) yield return _out;
    }

    /// <summary>The streams, those that hold something on the heap; at the same time the lower CPU comes first, then the lower buffer.</summary>
    private MergeLane[] Lanes(UnitQueue queue)
    {
        var ranks = new int[streams.Count];
        var ranked = Enumerable.Range(0, streams.Count).OrderBy(i => streams[i].Cpu).ThenBy(i => streams[i].Buffer).ToArray();
        for (var rank = 0; rank < ranked.Length; rank++) ranks[ranked[rank]] = rank;
        var lanes = new MergeLane[streams.Count];
        for (var i = 0; i < lanes.Length; i++)
        {
            lanes[i] = new MergeLane(streams[i], queue);
            if (Refill(lanes[i], queue)) _heap.Add(lanes[i].Time, ranks[i], i);
        }

        return lanes;
    }

    /// <summary>Goes on to the lane's next unit with rows, and keeps units decoding ahead of it.</summary>
    private bool Refill(MergeLane lane, UnitQueue queue)
    {
        while (lane.Advance() is { } unit)
        {
            if (queue.AsksLate) lane.AskAt = unit.Batch.Count * 3 / 4;
            else AskAhead(lane, queue);
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

    /// <summary>Has the lane's next units decoded, as many as may be.</summary>
    private static void AskAhead(MergeLane lane, UnitQueue queue)
    {
        lane.AskAt = int.MaxValue;
        while (queue.MaySchedule(lane.Ahead) && lane.ScheduleOne())
        {
        }
    }

    /// <summary>The end of the rows that come before every other lane's next row.</summary>
    private int RunEnd(MergeLane lane, int limit)
    {
        if (_heap.Count == 1) return limit;
        var heads = lane.Batch.Heads;
        var until = _heap.Until();
        var end = lane.Row + 1;
        while (end < limit && heads[end].Time <= until) end++;
        return end;
    }
}
