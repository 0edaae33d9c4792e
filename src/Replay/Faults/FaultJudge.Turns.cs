namespace KvmTraceLab.Replay.Faults;

/// <summary>Turns of a guest in a loop that holds no fault.</summary>
public sealed partial class FaultJudge
{
    public override bool TakesTurns(VcpuLane lane, in Turns turn)
    {
        var trip = lane.Trip;
        if (StateOf(lane) is not { IsOpen: false, HeldInvalidation: 0, Misconfig: null or { IsOpen: false } } || ExitClass.IsNestedFault(trip.Isa, trip.Reason)
            || FaultModes.OfExit(trip) == FaultMode.Shadow) return false;
        for (var place = 0; place < turn.Period; place++)
            if (!IsIdle(_events[turn.KindAt(place)])) return false;
        return true;
    }

    public override void OnTurns(VcpuLane lane, in Turns turns)
    {
        var wanted = 0;
        for (var place = 0; place < turns.Period; place++)
            if (_events[turns.KindAt(place)] != FaultEvent.None) wanted++;
        _map.Now += (long)wanted * turns.Count;
        _losses.See(turns.Cpu, turns.LastTime);
        var state = StateOf(lane);
        state.Exits += turns.Count;
        state.EntrySequence = _map.Now;
    }

    /// <summary>Events that tell nothing but where a fault is being handled, or nothing new when they come again.</summary>
    private static bool IsIdle(FaultEvent e) => e is FaultEvent.None or FaultEvent.Entry or FaultEvent.Exit or FaultEvent.UserspaceExit or FaultEvent.Emulate
        or FaultEvent.Mmio or FaultEvent.FastMmio or FaultEvent.InjException or FaultEvent.Cpuid or FaultEvent.Clock or FaultEvent.Msr;
}
