using KvmTraceLab.Mmu;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Kvm;

namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// EPT_MISCONFIG has no kvm_page_fault: the frame is known as MMIO, and the access is emulated at once. Where the guest is entered
/// again at the same instruction and nothing was done, over and over, nothing ever will be.
/// </summary>
internal sealed class MisconfigRuns(ReplayConfig config, FaultTally tally, FaultContext context)
{
    private static readonly int MmioGfn = KnownKinds.Slot("handle_mmio_page_fault", "gfn");

    /// <summary>KVM's handler is called with PFERR_RSVD; what the access was, no event tells.</summary>
    private static readonly FaultAccess Access = new(FaultMode.Unknown, (ulong)PageAccess.Rsvd);

    private static readonly Judgement NotEmulated = new(FaultVerdict.Livelock, Unresolved.Futile,
        "the same EPT_MISCONFIG again and again at the same rip: the frame is known as MMIO, yet the access (read or write, no event tells) is not emulated");

    public static void OnExit(LaneFaults state, in EventRow row)
    {
        var run = state.Misconfig ??= new MisconfigRun();
        (run.IsOpen, run.Known, run.Answered) = (true, false, false);
        run.OpenRip = state.Lane.Trip.Rip;
        run.OpenTime = row.Time;
    }

    /// <summary>An event between such an exit and the entry.</summary>
    public static void OnEvent(LaneFaults state, MisconfigRun run, FaultEvent e, in EventRow row)
    {
        if (e is FaultEvent.CheckMmio or FaultEvent.NestedExit) return;
        if (e != FaultEvent.HandleMmio)
        {
            run.Answered = true;
            return;
        }

        run.Known = true;
        run.OpenGfn = row[MmioGfn];
        if (run.Count != FaultRun.LivelockRepeats - 1) return;
        run.Shown ??= new FaultGroup();
        run.Shown.Open(row, Access, run.OpenGfn << 12, run.OpenRip, state.Level, state.HasExit ? state.Exit : null, state.HasNestedExit ? state.NestedExit : null);
        run.Shown.IsOpen = false;
    }

    public void OnEntry(LaneFaults state, MisconfigRun run, in EventRow row)
    {
        run.IsOpen = false;
        var entry = KvmEntry.Over(row);
        if (!run.Known || run.Answered || !entry.HasRip || entry.Rip != run.OpenRip)
        {
            End(state);
            return;
        }

        if (run.OpenRip != run.Rip || run.OpenGfn != run.Gfn) End(state);
        if (run.Count == 0) (run.Rip, run.Gfn, run.First) = (run.OpenRip, run.OpenGfn, run.OpenTime);
        run.Count++;
        run.Last = run.OpenTime;
        if (run.Count == FaultRun.LivelockRepeats) run.Shown?.Save(row);
    }

    /// <summary>The guest got on, events were lost, or the trace is over.</summary>
    public void End(LaneFaults state)
    {
        if (state.Misconfig is not { Count: > 0 } run) return;
        var count = run.Count;
        run.Count = 0;
        if (count < FaultRun.LivelockRepeats || run.Shown is not { } group || (!config.EmulationEvents && count <= FaultRun.LongestString)) return;
        tally.Count(FaultVerdict.Livelock, count);
        context.Fill(group, null, config.Layout);
        var bug = tally.CaseOf(FaultVerdict.Livelock, state.Lane, group.Level, group.Gpa, Access, run.Rip, run.First, NotEmulated, context, group);
        if (bug is null) return;
        bug.Count += count;
        bug.LastNs = run.Last;
        if (bug.Observations.Count < BugCase.MaxObservations) bug.Observations.Add(FaultObservation.Of(context, Unresolved.Futile));
    }
}
