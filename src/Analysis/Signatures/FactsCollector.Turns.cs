using System.Numerics;
using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>Turns of a guest in a loop, gathered all at once.</summary>
public sealed partial class FactsCollector
{
    public override bool TakesTurns(VcpuLane lane, in Turns turn)
    {
        if (!Excerpt.IsOver || Of(lane, begins: true) is not { LastSpot: not null, LastReason: not null }) return false;
        var trip = lane.Trip;
        if (!trip.HasReason || trip.IsHostInterrupt || ExitClass.IsNestedFault(trip.Isa, trip.Reason)) return false;
        TripMarks marks = 0;
        for (var place = 0; place < turn.Period; place++)
        {
            if (turn.KindAt(place) == _kinds.PageFault) return false;
            marks |= _reader.Of(turn.Row(0, place));
        }

        // What rows of faults and the host's unmaps add up to is counted one by one.
        return (marks & (TripMarks.ExitIsPf | TripMarks.HostUnmap)) == 0;
    }

    public override void OnTurns(VcpuLane lane, in Turns turns)
    {
        var facts = Of(lane, begins: true)!;
        var pio = -1;
        TripMarks marks = 0;
        for (var place = 0; place < turns.Period; place++)
        {
            var kind = turns.KindAt(place);
            if (KnownKinds.IsEntry(kind) || !_reader.Cares(kind)) continue;
            var one = _reader.Of(turns.Row(0, place));
            marks |= one;
            for (var bits = (ulong)one; bits != 0; bits &= bits - 1) _marked[BitOperations.TrailingZeroCount(bits)] += turns.Count;
            if (kind == _kinds.Pio)
            {
                if (turns.Row(0, place).Has(PioValue)) pio = place;
            }
            else if (!KnownKinds.IsExit(kind))
            {
                Fields(facts, turns, place);
            }
        }

        facts.LastReason!.Add(marks, turns, again: true);
        facts.Guest.Add(marks, turns, again: false);
        var spot = facts.LastSpot!;
        spot.Add(marks, turns, again: true);
        spot.AddLevel(lane.Trip.Level == GuestLevel.L2, turns.Count);
        if (pio < 0) return;
        for (var turn = 0; turn < turns.Count; turn++) spot.AddValue(KvmPio.Over(turns.Row(turn, pio)).Value, turns.StartOf(turn));
    }

    private void Fields(LaneFacts facts, in Turns turns, int place)
    {
        for (var turn = 0; turn < turns.Count; turn++)
        {
            var row = turns.Row(turn, place);
            Fields(facts, row, row.Kind);
        }
    }
}
