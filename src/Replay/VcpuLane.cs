using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Replay;

/// <summary>
/// One thread's life in the trace. The tid is the key, since two VMs may both have a vCPU 0; VM and vCPU number are labels.
/// A lane is a vCPU once it enters (or leaves) a guest.
/// </summary>
public sealed class VcpuLane(int tid, int index)
{
    public int Tid { get; } = tid;

    /// <summary>Dense number of the lane, in order of appearance.</summary>
    public int Index { get; } = index;

    public string Comm { get; internal set; } = "";

    /// <summary>
    /// It stands for all threads beyond <see cref="TraceReplayer.MaxLanes"/>: their events are counted, but no two of them need be of one thread.
    /// </summary>
    public bool IsShared { get; internal init; }

    /// <summary>The thread of a shared lane's last event.</summary>
    internal int SharedBy { get; set; }

    /// <summary>The vCPU number, where an event of the thread says it.</summary>
    public int? Vcpu { get; internal set; }

    public Isa Isa { get; internal set; }

    public bool IsVcpu { get; internal set; }

    public long Exits { get; internal set; }

    public long Entries { get; internal set; }

    public long Events { get; internal set; }

    /// <summary>The open or last trip.</summary>
    public HostTrip Trip { get; } = new();

    /// <summary>An exit was seen and its entry is still to come.</summary>
    public bool InHost { get; internal set; }

    /// <summary>An entry was seen and its exit is still to come.</summary>
    public bool InGuest { get; internal set; }

    public long LastEntryTime { get; internal set; }

    public bool LastEntryHasTime { get; internal set; }

    public int LastCpu { get; internal set; } = -1;

    /// <summary>Lost markers seen before the last exit.</summary>
    internal long ExitAfterLost { get; set; }

    /// <summary>Level the next exit is expected from, by nested entries and injections seen; unknown after lost events.</summary>
    public GuestLevel Level { get; internal set; }

    /// <summary>Nested events were seen on this thread.</summary>
    public bool HasNested { get; internal set; }

    /// <summary>kvm_nested_vmexit was seen, so exits without one are L1's.</summary>
    public bool SeesNestedExits { get; internal set; }

    /// <summary>Time in the guest, by entry-exit pairs.</summary>
    public long GuestNs { get; internal set; }

    /// <summary>Time in the host, by timed trips, idle excluded.</summary>
    public long HostNs { get; internal set; }

    /// <summary>Time halted or blocked.</summary>
    public long IdleNs { get; internal set; }

    public long FirstTime { get; internal set; }

    public long LastTime { get; internal set; }

    /// <summary>Its place in <see cref="WholeLanes"/>.</summary>
    internal bool IsWhole { get; set; }

    internal int WholeOn { get; set; }

    internal VcpuLane? WholeBefore { get; set; }

    internal VcpuLane? WholeBehind { get; set; }
}
