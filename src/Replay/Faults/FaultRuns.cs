namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// What becomes of faults: decided at once, or joined to runs of the same unresolved fault, whose end decides. A run that
/// says KVM is broken is held back until the end of the trace: only then is known what other CPUs lost meanwhile.
/// </summary>
internal sealed class FaultRuns(ReplayConfig config, FaultTally tally, InvalidationLog invalidations, LostSpans losses, FaultContext context)
{
    /// <summary>Open runs of all threads; from here on a thread keeps one.</summary>
    private const int MaxOpenRuns = 4096;

    /// <summary>Closed runs held back; beyond it the oldest is decided with what is known then.</summary>
    private const int MaxHeld = 1024;

    private readonly Queue<FaultRun> _held = new();
    private int _openRuns;
    private long _began = long.MaxValue;

    /// <summary>Undecidable runs that have the shape of a livelock.</summary>
    public List<LivelockShape> LivelockShaped { get; } = [];

    /// <summary>What came before the trace is unknown.</summary>
    public void TraceBegins(long time)
    {
        if (_began == long.MaxValue) _began = time;
    }

    /// <summary>A fault with its verdict. It ends the runs of its frame, which needed no further try.</summary>
    public void Decide(LaneFaults state, in FaultRecord record, Judgement judgement)
    {
        var group = state.Group;
        // An exit to L1 for something else leaves L2's fault as it was: it comes again.
        if (record.Verdict != FaultVerdict.ExpectedL1Other) CloseRunsOf(state, group.Level, group.Gfn);
        tally.Decided(record, group.Slot);
        MakeRoom();
        if (!record.Verdict.IsBug()) return;
        var bug = tally.CaseOf(record.Verdict, state.Lane, group.Level, group.Gpa, group.Access, group.Rip, group.Time, judgement, context, group);
        if (bug is null) return;
        bug.Count++;
        bug.LastNs = group.Time;
        if (bug.Observations.Count < BugCase.MaxObservations) bug.Observations.Add(FaultObservation.Of(context, Unresolved.No));
    }

    /// <summary>A fault that was left unresolved.</summary>
    public void Join(LaneFaults state, in FaultRecord record, Judgement judgement)
    {
        var group = state.Group;
        var key = new FaultRun.Identity(group.Level, group.Gfn, group.Access.Code, group.Rip);
        if (!state.Runs.TryGetValue(key, out var run))
        {
            if (state.Runs.Count >= (_openRuns < MaxOpenRuns ? LaneFaults.MaxRuns : 1)) CloseOldest(state);
            _openRuns++;
            state.Runs[key] = run = new FaultRun(key, state) { First = group.Time, FirstEnd = group.LastTime, Access = group.Access, Gpa = group.Gpa, MappedNear = invalidations.MappedNear(group.TargetGfn), Zapper = Zapper(group), StartsLane = state.Exits <= 1 };
        }

        if (state.Exits == run.LastExit + 1) run.Adjacent++;
        run.LastExit = state.Exits;
        run.Count++;
        run.Last = group.Time;
        run.End = group.LastTime;
        run.LastFault = state.Faults;
        run.CutShort |= group.Lost;
        if (group.UserspaceReason == FaultGroup.KvmExitIntr) run.Interrupted++;
        run.Looks[(int)record.Verdict]++;
        switch (judgement.Unresolved)
        {
            case Unresolved.Nothing: run.Nothing++; break;
            case Unresolved.Doubtful: break;
            case Unresolved.SlotChanging:
                run.Nothing++;
                run.SlotChanging++;
                break;
            case Unresolved.Denied: run.Denied++; break;
            case Unresolved.Granted: run.Granted++; break;
            case Unresolved.Refused:
                run.Denied++;
                run.Refused++;
                break;
            case Unresolved.Futile: run.Futile++; break;
            case Unresolved.NotEmulated:
                run.Futile++;
                run.NotEmulated++;
                break;
            case Unresolved.Widened: run.Widened++; break;
            default: run.Regranted++; break;
        }

        if (run.Count is 1 or 3)
        {
            run.Why = judgement.Why(context);
            run.Evidence = group.DetachEvidence();
        }

        if (run.Count <= 7 || long.IsPow2(run.Count))
            run.Observations.Add(FaultObservation.Of(context, judgement.Unresolved));
        tally.Waits(record, run, group.Slot);
        MakeRoom();
    }

    private static int Zapper(FaultGroup group) => group.Before is { State: SpteState.Absent } before && before.Lane != group.Lane ? before.Lane : -1;

    /// <summary>Too many faults wait for the oldest run: it is decided now.</summary>
    private void MakeRoom()
    {
        while (tally.Blocking is { } oldest)
        {
            if (!oldest.IsHeld)
            {
                CloseRun(oldest);
                oldest.Owner.Runs.Remove(oldest.Key);
            }

            Settle(oldest);
            tally.Flush();
        }
    }

    /// <summary>Decides all that was held back: the trace is over.</summary>
    public void SettleAll()
    {
        while (_held.TryDequeue(out var run)) Settle(run);
    }

    private void CloseRunsOf(LaneFaults state, GuestLevel level, ulong frame)
    {
        List<FaultRun.Identity>? over = null;
        foreach (var run in state.Runs.Values)
        {
            if (run.Key.Level != level || run.Key.Frame != frame) continue;
            run.EndedAt = state.Group.Time;
            CloseRun(run);
            (over ??= []).Add(run.Key);
        }

        if (over is null) return;
        foreach (var key in over) state.Runs.Remove(key);
    }

    /// <summary>Ends the runs that the thread has long left behind.</summary>
    public void DropStale(LaneFaults state)
    {
        List<FaultRun.Identity>? over = null;
        foreach (var run in state.Runs.Values)
        {
            if (state.Faults - run.LastFault <= LaneFaults.StaleAfter) continue;
            CloseRun(run, stale: true);
            (over ??= []).Add(run.Key);
        }

        if (over is null) return;
        foreach (var key in over) state.Runs.Remove(key);
        tally.Flush();
    }

    /// <summary>Ends all runs of a thread: events were lost, among which may be what was done about the faults, or the trace is over.</summary>
    public void CloseAll(LaneFaults state, bool lost = false)
    {
        foreach (var run in state.Runs.Values)
        {
            run.CutShort |= lost && run.LastExit == state.Exits; // a thread that exited elsewhere since got on
            CloseRun(run);
        }

        state.Runs.Clear();
    }

    private void CloseOldest(LaneFaults state)
    {
        var oldest = state.Runs.Values.MinBy(r => r.LastFault)!;
        CloseRun(oldest, stale: true);
        state.Runs.Remove(oldest.Key);
        tally.Flush();
    }

    private void CloseRun(FaultRun run, bool stale = false)
    {
        _openRuns--;
        run.Verdict = RunVerdict(run, stale);
        if (!RestsOnNothingLost(run))
        {
            Finish(run);
            return;
        }

        run.IsHeld = true;
        _held.Enqueue(run);
        if (_held.Count > MaxHeld) Settle(_held.Dequeue());
    }

    /// <summary>The last word on a run that was held back; asked again it says nothing.</summary>
    private void Settle(FaultRun run)
    {
        if (run.IsClosed) return;
        var lost = run.Verdict == FaultVerdict.BugAlreadyGranted
            ? losses.Touch(run.First, run.Last)
            : run.MaybeCovered + losses.Share(run.First, run.Last) >= 0.5;
        if (lost) run.Verdict = FaultVerdict.Undecidable;
        else if (run.Verdict == FaultVerdict.Livelock && !run.IsHalf(run.Futile) && run is { EndedAt: not null, Count: <= InvalidationLog.ReachFaults })
        {
            // It came to an end of itself, as a storm does; whether the host invalidated is not in the trace.
            if (run.StartsLane && run.First - _began < InvalidationLog.ReachNs) run.Verdict = FaultVerdict.Undecidable;
            else if (!config.OthersRecorded) run.Verdict = FaultVerdict.RetryStorm;
        }

        Finish(run);
    }

    /// <summary>
    /// Whether events that another CPU lost could take the bug back: an unmap that the guest waits for, or a change of the
    /// SPTE. A mapping that still denies the access is seen in the faults themselves.
    /// </summary>
    private static bool RestsOnNothingLost(FaultRun run) => run.Verdict is FaultVerdict.Livelock or FaultVerdict.BugAlreadyGranted;

    private void Finish(FaultRun run)
    {
        run.IsClosed = true;
        if (run.Verdict == FaultVerdict.Open)
        {
            for (var i = 0; i < run.Looks.Length; i++) tally.Count((FaultVerdict)i, run.Looks[i]);
            return;
        }

        tally.Count(run.Verdict, run.Count);
        if (run.Verdict == FaultVerdict.Undecidable && run.Count >= LivelockShape.MinRepeats && LivelockShaped.Count < LivelockShape.MaxKept)
            LivelockShaped.Add(new LivelockShape(run.Lane.Tid, run.Lane.Vcpu, run.Lane.Comm, run.Key.Level, run.Gpa, run.Access, run.Key.Rip, run.Count, run.First, run.Last, run.Evidence));
        if (!run.Verdict.IsBug()) return;
        var bug = tally.CaseOf(run.Verdict, run.Lane, run.Key.Level, run.Gpa, run.Access, run.Key.Rip, run.First, run);
        if (bug is null) return;
        bug.Count += run.Count;
        bug.LastNs = Math.Max(bug.LastNs, run.Last);
        foreach (var seen in run.Observations)
            if (bug.Observations.Count < BugCase.MaxObservations) bug.Observations.Add(seen);
    }

    private FaultVerdict RunVerdict(FaultRun run, bool stale)
    {
        if (!config.MmuEvents) return FaultVerdict.Undecidable;
        var granted = run.Granted + run.Widened;
        // What an invalidation takes away the map has forgotten, so no excuse is asked for here.
        if (granted >= FaultRun.GrantedRepeats && run.IsHalf(granted)) return FaultVerdict.BugAlreadyGranted;
        if (run.Count >= FaultRun.LivelockRepeats)
        {
            if (run.IsHalf(run.Regranted)) return FaultVerdict.BugAlreadyGranted;
            // That no SPTE was set, or nothing emulated, says something only where such are recorded; or else that the guest did nothing in between.
            if (run.IsHalf(run.Denied)) return run.IsHalf(run.Refused) && !run.IsHalf(run.Adjacent) && !config.SpteWrites ? FaultVerdict.Undecidable : FaultVerdict.LivelockNoProgressSpte;
            if (run.IsHalf(run.NotEmulated) && !config.EmulationEvents && run.Count <= FaultRun.LongestString) return FaultVerdict.Open;
            if (run.IsHalf(run.Futile)) return FaultVerdict.Livelock;
            if (run.IsHalf(run.Interrupted)) return FaultVerdict.Open;
            if (run.IsHalf(run.SlotChanging) && invalidations.SlotDeletedSince(run.Lane.Index, run.First)) return FaultVerdict.RetryStorm;
            // KVM decides to retry while it handles a fault; the first one, if slow, may have begun long before.
            var (first, last) = (Math.Max(run.First, run.FirstEnd), Math.Max(run.Last, run.End));
            // An endless run needs a better excuse than one that came to an end of itself.
            run.MaybeCovered = invalidations.Covered(run.Lane.Index, first, last, run.Count, unseen: true, run.MappedNear, run.EndedAt, run.Zapper);
            return invalidations.Covered(run.Lane.Index, first, last, run.Count, mappedNear: run.MappedNear, endedAt: run.EndedAt, zapper: run.Zapper) >= 0.5 ? FaultVerdict.RetryStorm : FaultVerdict.Livelock;
        }

        if (run.Nothing < run.Count) return FaultVerdict.Open;
        if (run.CutShort) return FaultVerdict.Undecidable;
        if (!stale) return FaultVerdict.Open;
        return invalidations.Covered(run.Lane.Index, run.First, Math.Max(run.Last + 1, run.End), run.Count) > 0 ? FaultVerdict.ExpectedRetry : FaultVerdict.Unexplained;
    }
}
