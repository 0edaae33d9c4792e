using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay;

/// <summary>
/// Watches the machine's life as it is replayed; override what matters. Called on one thread, in the trace's order.
/// </summary>
public abstract class TraceObserver
{
    /// <summary>Whether <see cref="OnEvent"/> wants events of this kind; asked once a kind.</summary>
    public virtual bool Wants(int kind) => true;

    /// <summary>Whether <see cref="OnTrip"/> wants to be told.</summary>
    public virtual bool WantsTrips => true;

    /// <summary>Every event of a kind that is wanted; called before the lane's trip is updated for entries, after it for exits and all others.</summary>
    public virtual void OnEvent(VcpuLane lane, in EventRow row)
    {
    }

    /// <summary>A trip is over: by its entry, by a further exit without entry, by lost events, or by the end of the trace.</summary>
    public virtual void OnTrip(VcpuLane lane, HostTrip trip)
    {
    }

    /// <summary>
    /// Whether further turns like this one, which was just replayed, may be told all at once by <see cref="OnTurns"/>: it must come to the same
    /// as the calls it stands for. Asked before each row of turns.
    /// </summary>
    public virtual bool TakesTurns(VcpuLane lane, in Turns turn)
    {
        for (var place = 0; place < turn.Period; place++)
            if (Wants(turn.KindAt(place))) return false;
        return true;
    }

    /// <summary>Turns like the one before; stands for all calls of <see cref="OnEvent"/> and <see cref="OnTrip"/> that they are worth.</summary>
    public virtual void OnTurns(VcpuLane lane, in Turns turns)
    {
        if (!WantsTrips) return;
        for (var turn = 0; turn < turns.Count; turn++)
        {
            TraceReplayer.SetTimes(lane.Trip, turns, turn);
            OnTrip(lane, lane.Trip);
        }
    }

    /// <summary>Events were lost on the row's CPU.</summary>
    public virtual void OnLost(in EventRow row)
    {
    }

    /// <summary>The rows given so far are about to be overwritten: what is still wanted of them must be copied now.</summary>
    public virtual void OnBatchEnd()
    {
    }

    /// <summary>The trace has ended; all trips were given.</summary>
    public virtual void OnEnd()
    {
    }
}
