using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay;

/// <summary>Watches the machine's life as it is replayed. Called on one thread, in the trace's order.</summary>
public interface ITraceObserver
{
    /// <summary>Whether <see cref="OnEvent"/> wants events of this kind; asked once a kind.</summary>
    bool Wants(int kind);

    /// <summary>Whether <see cref="OnTrip"/> wants to be told.</summary>
    bool WantsTrips { get; }

    /// <summary>Every event of a kind that is wanted; called before the lane's trip is updated for entries, after it for exits and all others.</summary>
    void OnEvent(VcpuLane lane, in EventRow row);

    /// <summary>A trip is over: by its entry, by a further exit without entry, by lost events, or by the end of the trace.</summary>
    void OnTrip(VcpuLane lane, HostTrip trip);

    /// <summary>Events were lost on the row's CPU.</summary>
    void OnLost(in EventRow row);

    /// <summary>The rows given so far are about to be overwritten: what is still wanted of them must be copied now.</summary>
    void OnBatchEnd();

    /// <summary>The trace has ended; all trips were given.</summary>
    void OnEnd();
}

/// <summary>An observer that ignores everything; override what matters.</summary>
public abstract class TraceObserver : ITraceObserver
{
    public virtual bool Wants(int kind) => true;

    public virtual bool WantsTrips => true;

    public virtual void OnEvent(VcpuLane lane, in EventRow row)
    {
    }

    public virtual void OnTrip(VcpuLane lane, HostTrip trip)
    {
    }

    public virtual void OnLost(in EventRow row)
    {
    }

    public virtual void OnBatchEnd()
    {
    }

    public virtual void OnEnd()
    {
    }
}
