using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Faults;

/// <summary>
/// Sees a guest that reads the same port again and again: an entry just behind an IN, and the next exit for that very IN.
/// Works on excerpts of a single turn, which are too short for <see cref="Loops.LoopDetector"/>.
/// </summary>
internal sealed class PollTurns : TraceObserver
{
    private const ulong LongestInstruction = 15;

    private static readonly int PioWrite = KnownKinds.Slot("kvm_pio", "rw");
    private static readonly int PioPort = KnownKinds.Slot("kvm_pio", "port");

    private readonly KnownKinds _kinds = new();
    private readonly Dictionary<int, Turn> _turns = [];

    public IEnumerable<KeyValuePair<int, Turn>> Seen => _turns.Where(t => t.Value.Turns > 0).OrderBy(t => t.Key);

    public override bool Wants(int kind) => kind == _kinds.Pio || KnownKinds.IsEntry(kind) || KnownKinds.IsExit(kind) || kind == _kinds.PageFault;

    public override bool WantsTrips => false;

    public override void OnEvent(VcpuLane lane, in EventRow row)
    {
        if (row.Kind == _kinds.Pio) Pio(lane, row);
        else if (KnownKinds.IsEntry(row.Kind)) Entry(lane, row);
        else if (KnownKinds.IsExit(row.Kind)) Exit(lane);
        else if (row.Kind == _kinds.PageFault) _turns.Remove(lane.Tid);
    }

    public override bool TakesTurns(VcpuLane lane, in Turns turn)
    {
        for (var place = 0; place < turn.Period; place++)
            if (turn.KindAt(place) == _kinds.PageFault) return false;
        return true;
    }

    /// <summary>The state that such a turn begins with is the one that the last began with: it counts as that did.</summary>
    public override void OnTurns(VcpuLane lane, in Turns turns)
    {
        if (_turns.TryGetValue(lane.Tid, out var turn) && turn.LastCounted) turn.Turns += turns.Count;
    }

    private void Pio(VcpuLane lane, in EventRow row)
    {
        if (!row.HasFields || (PioWrite >= 0 && row[PioWrite] != 0)) return;
        var turn = Of(lane);
        var port = PioPort >= 0 ? row[PioPort] : row[1];
        if (turn.Port != port) turn.Turns = 0;
        turn.Port = port;
        turn.Armed = true;
    }

    private void Entry(VcpuLane lane, in EventRow row)
    {
        if (!_turns.TryGetValue(lane.Tid, out var turn)) return;
        var entry = Parser.Events.Kvm.KvmEntry.Over(row);
        turn.EntryRip = entry.HasRip ? entry.Rip : 0;
    }

    private void Exit(VcpuLane lane)
    {
        if (!_turns.TryGetValue(lane.Tid, out var turn)) return;
        turn.LastCounted = false;
        if (!turn.Armed) return;
        var trip = lane.Trip;
        if (trip.IsHostInterrupt) return;
        var isIn = trip.Detail == TripDetail.Port && !trip.DetailIsWrite && trip.DetailValue == turn.Port &&
            (trip.Isa, trip.Reason) is (Isa.Vmx, VmxExitReason.IoInstruction) or (Isa.Svm, SvmExitCode.Ioio);
        // The instruction behind the entry is the IN itself: the guest went round once without any other exit.
        if (isIn && turn.EntryRip > trip.Rip && turn.EntryRip - trip.Rip <= LongestInstruction)
        {
            turn.Turns++;
            turn.LastCounted = true;
            turn.Rip = trip.Rip;
        }
        else if (!isIn)
        {
            turn.Turns = turn.Turns >= 16 ? turn.Turns : 0;
        }

        turn.Armed = false;
    }

    private Turn Of(VcpuLane lane)
    {
        if (!_turns.TryGetValue(lane.Tid, out var turn)) _turns[lane.Tid] = turn = new Turn();
        return turn;
    }

    internal sealed class Turn
    {
        public ulong Port;
        public ulong EntryRip;
        public ulong Rip;
        public long Turns;
        public bool Armed;

        /// <summary>The last exit was counted.</summary>
        public bool LastCounted;
    }
}
