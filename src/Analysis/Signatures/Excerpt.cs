using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>All events of a short trace: the turn that a signature was seen in is shown from here.</summary>
public sealed class Excerpt
{
    /// <summary>A trace with more events is no excerpt.</summary>
    public const int MaxEvents = 4096;

    private const int MaxTurn = 64;

    private static readonly int ExitReason = KnownKinds.Slot("kvm_exit", "exit_reason");
    private static readonly int ExitRip = KnownKinds.Slot("kvm_exit", "guest_rip");

    private static readonly int FaultAddress = KnownKinds.Slot("kvm_page_fault", "fault_address");
    private static readonly int RequestedFrame = KnownKinds.Slot("kvm_mmu_spte_requested", "gfn");

    private List<SavedEvent>? _events = [];

    /// <summary>The trace has outgrown it.</summary>
    public bool IsOver => _events is null;

    internal void Add(in EventRow row)
    {
        if (_events is null) return;
        if (_events.Count >= MaxEvents)
        {
            _events = null;
            return;
        }

        var saved = new SavedEvent();
        saved.CopyFrom(row);
        _events.Add(saved);
    }

    /// <summary>The page that was asked for most often (kvm_mmu_spte_requested), and how often any was; null where none was.</summary>
    public (ulong Gfn, int Times, int Of)? MostRequested()
    {
        var asked = (_events ?? []).FindAll(e => e.Name == "kvm_mmu_spte_requested" && e.HasFields);
        return asked.Count == 0 ? null : asked.GroupBy(e => e[RequestedFrame]).Select(g => (g.Key, g.Count(), asked.Count)).MaxBy(g => g.Item2);
    }

    /// <summary>
    /// Without kvm_exit there are no trips, and kvm_page_fault alone tells of a fault: frames that KVM_RUN then failed for with EFAULT,
    /// and those that got an SPTE.
    /// </summary>
    internal void Frames(Func<SavedEvent, TripMarks> read, HashSet<ulong> refused, HashSet<ulong> mapped)
    {
        var faults = new Dictionary<int, ulong>();
        foreach (var e in _events ?? [])
        {
            var marks = read(e);
            if ((marks & TripMarks.PageFault) != 0)
            {
                faults[e.Tid] = e[FaultAddress] >> 12;
                continue;
            }

            if (!faults.TryGetValue(e.Tid, out var frame)) continue;
            if ((marks & TripMarks.SpteSet) != 0) mapped.Add(frame);
            if ((marks & TripMarks.UserFault) != 0) refused.Add(frame);
            if ((marks & TripMarks.Userspace) != 0) faults.Remove(e.Tid);
        }
    }

    /// <summary>
    /// One turn as a loop would show it, beginning at its kvm_exit: up to the entry behind the exit, or, where the excerpt
    /// ends with the exit, what stood before it since the exit or elision before. The first turn that shows the marks and
    /// is complete is taken. Empty where the trace is no excerpt.
    /// </summary>
    public IReadOnlyList<SavedEvent> TurnAt(int tid, uint basicReason, ulong rip, TripMarks marks, Func<SavedEvent, TripMarks> read)
    {
        if (_events is null) return [];
        var lane = _events.FindAll(e => e.Tid == tid);
        IReadOnlyList<SavedEvent> best = [];
        var bestRank = -1;
        for (var i = 0; i < lane.Count; i++)
        {
            if (!IsExit(lane[i], basicReason, rip)) continue;
            var turn = After(lane, i);
            if (turn.Count == 1) turn = [lane[i], .. Before(lane, i)];
            if (turn.Count > MaxTurn) continue;
            TripMarks seen = 0;
            foreach (var e in turn) seen |= read(e);
            var rank = ((seen & marks) == marks ? 2 : 0) + (KnownKinds.IsEntry(turn[^1].Kind) ? 1 : 0);
            if (rank <= bestRank) continue;
            best = turn;
            bestRank = rank;
        }

        return best;
    }

    private static bool IsExit(SavedEvent e, uint basicReason, ulong rip) =>
        KnownKinds.IsExit(e.Kind) && e.HasFields && e[ExitRip] == rip && ((uint)e[ExitReason] == basicReason || ((uint)e[ExitReason] & 0xffff) == basicReason);

    private static List<SavedEvent> After(List<SavedEvent> lane, int exit)
    {
        var turn = new List<SavedEvent> { lane[exit] };
        for (var i = exit + 1; i < lane.Count && !KnownKinds.IsExit(lane[i].Kind) && (lane[i].Flags & RowFlags.Gap) == 0; i++)
        {
            turn.Add(lane[i]);
            if (KnownKinds.IsEntry(lane[i].Kind)) break;
        }

        return turn;
    }

    private static List<SavedEvent> Before(List<SavedEvent> lane, int exit)
    {
        var turn = new List<SavedEvent>();
        if ((lane[exit].Flags & RowFlags.Gap) != 0) return turn;
        for (var i = exit - 1; i >= 0 && !KnownKinds.IsExit(lane[i].Kind); i--)
        {
            turn.Insert(0, lane[i]);
            if ((lane[i].Flags & RowFlags.Gap) != 0) break;
        }

        return turn;
    }
}
