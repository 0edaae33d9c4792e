namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// Counts of verdicts, bug cases, and the faults in the trace's order for whoever wants each. A fault whose run has no
/// last word waits; the queue is bounded by deciding the oldest run.
/// </summary>
internal sealed class FaultTally(Action<FaultRecord>? each)
{
    private const int MaxCases = 10_000;
    private const int MaxWaiting = 200_000;

    private readonly long[] _counts = new long[FaultVerdicts.Count];
    private readonly Queue<FaultSlot> _queue = new();
    private readonly Dictionary<(FaultVerdict, int, GuestLevel, ulong, string), BugCase> _cases = [];
    private readonly List<BugCase> _inOrder = [];

    public IReadOnlyList<BugCase> Cases => _inOrder;

    /// <summary>Bugs beyond the cap, counted in the verdicts alone.</summary>
    public long CasesDropped { get; private set; }

    public long this[FaultVerdict verdict] => _counts[(int)verdict];

    public void Count(FaultVerdict verdict, long faults = 1) => _counts[(int)verdict] += faults;

    /// <summary>A fault begins: it gets its place.</summary>
    public FaultSlot? Place()
    {
        if (each is null) return null;
        var slot = new FaultSlot();
        _queue.Enqueue(slot);
        return slot;
    }

    /// <summary>A fault is decided.</summary>
    public void Decided(in FaultRecord record, FaultSlot? slot)
    {
        Count(record.Verdict);
        if (slot is null) return;
        slot.Record = record;
        slot.IsFilled = true;
        Flush();
    }

    /// <summary>The run without a last word that holds up too many faults; null while there is room.</summary>
    public FaultRun? Blocking => _queue.Count > MaxWaiting && _queue.Peek() is { IsFilled: true, Run: { IsClosed: false } run } ? run : null;

    /// <summary>A fault waits for its run.</summary>
    public void Waits(in FaultRecord record, FaultRun run, FaultSlot? slot)
    {
        if (slot is null) return;
        slot.Record = record;
        slot.Run = run;
        slot.IsFilled = true;
    }

    public void Flush()
    {
        if (each is null) return;
        while (_queue.TryPeek(out var head) && head is { IsFilled: true, Run: not { IsClosed: false } })
        {
            _queue.Dequeue();
            var verdict = head.Run is { Verdict: not FaultVerdict.Open } run ? run.Verdict : head.Record.Verdict;
            each(head.Record with { Verdict = verdict });
        }
    }

    /// <summary>The case of a fault that is decided at once.</summary>
    public BugCase? CaseOf(FaultVerdict verdict, VcpuLane lane, GuestLevel level, ulong gpa, FaultAccess access, ulong rip, long time, Judgement judgement, FaultContext context, FaultGroup group)
    {
        if (_cases.TryGetValue(KeyOf(verdict, lane, level, gpa, access), out var found)) return found;
        return Add(verdict, lane, level, gpa, access, rip, time, judgement.Why(context), group.DetachEvidence());
    }

    /// <summary>The case of a closed run.</summary>
    public BugCase? CaseOf(FaultVerdict verdict, VcpuLane lane, GuestLevel level, ulong gpa, FaultAccess access, ulong rip, long time, FaultRun run) =>
        Add(verdict, lane, level, gpa, access, rip, time, $"the same fault again and again at the same rip: {run.Why}", run.Evidence);

    private static (FaultVerdict, int, GuestLevel, ulong, string) KeyOf(FaultVerdict verdict, VcpuLane lane, GuestLevel level, ulong gpa, FaultAccess access) =>
        (verdict, lane.Tid, level, gpa >> 12, access.Word);

    private BugCase? Add(FaultVerdict verdict, VcpuLane lane, GuestLevel level, ulong gpa, FaultAccess access, ulong rip, long time, string why, IReadOnlyList<SavedEvent> evidence)
    {
        var key = KeyOf(verdict, lane, level, gpa, access);
        if (_cases.TryGetValue(key, out var found)) return found;
        if (_cases.Count >= MaxCases)
        {
            CasesDropped++;
            return null;
        }

        var added = new BugCase
        {
            Verdict = verdict, Tid = lane.Tid, Vcpu = lane.Vcpu, Comm = lane.Comm, Level = level, Gpa = gpa, Access = access, Rip = rip,
            FirstNs = time, Why = why, Evidence = evidence,
        };
        _cases[key] = added;
        _inOrder.Add(added);
        return added;
    }
}
