using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay;

/// <summary>
/// Turns taken all at once: where a guest goes round in a loop, events are told to the observers not one by one but as
/// <see cref="Turns"/>. What comes out is the same; a test compares.
/// </summary>
public sealed partial class TraceReplayer
{
    private readonly TurnFinder _turns = new();

    /// <summary>A turn ended with that row that equals the one before: takes what follows of the kind. Returns the last row taken.</summary>
    private int TakeTurns(EventBatch batch, int row, int period)
    {
        var first = row + 1;
        if (first == batch.Count || _last is not { HasNested: false, InGuest: true, Trip: { Timed: true, HasReason: true } trip } lane || lane.Tid != batch.Heads[row].Tid) return row;
        if (!AllTake(lane, new Turns(batch, first - period, period, _turns.Varying, [0], lane.Events + 1 - period)))
        {
            _turns.Refused(row);
            return row;
        }

        var durations = _turns.Further(batch, first, period);
        if (durations.IsEmpty) return row;
        var turns = new Turns(batch, first, period, _turns.Varying, durations, lane.Events + 1);
        Rows += turns.Rows;
        for (var place = 0; place < period; place++) _counts[turns.KindAt(place)] += turns.Count;
        lane.Events += turns.Rows;
        lane.Exits += turns.Count;
        lane.Entries += turns.Count;
        Live(lane, turns);
        _previousTime = lane.LastTime = turns.LastTime;
        if (turns.LastTime > LastTime) LastTime = turns.LastTime;
        trip.Offset = turns.Row(turns.Count - 1, 0).Offset;
        foreach (var observer in _observers) observer.OnTurns(lane, turns);
        SetTimes(trip, turns, turns.Count - 1);
        var last = row + turns.Rows;
        _turns.Took(last, period);
        return last;
    }

    private bool AllTake(VcpuLane lane, in Turns turn)
    {
        foreach (var observer in _observers)
            if (!observer.TakesTurns(lane, turn)) return false;
        return true;
    }

    /// <summary>Time in guest, in host and idle.</summary>
    private static void Live(VcpuLane lane, in Turns turns)
    {
        var trip = lane.Trip;
        var entered = lane.LastEntryTime;
        for (var turn = 0; turn < turns.Count; turn++)
        {
            var duration = turns.Durations[turn];
            var idle = trip.IsIdle ? duration : Math.Min(trip.BlockedNs, duration);
            lane.IdleNs += idle;
            lane.HostNs += duration - idle;
            lane.GuestNs += turns.StartOf(turn) - entered;
            entered = turns.EndOf(turn);
        }

        lane.LastEntryTime = entered;
    }

    internal static void SetTimes(HostTrip trip, in Turns turns, int turn)
    {
        trip.Start = turns.StartOf(turn);
        trip.End = turns.EndOf(turn);
    }
}
