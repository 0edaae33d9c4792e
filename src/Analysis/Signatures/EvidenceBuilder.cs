using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Mmu.Bits;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>Puts loops, spots and vCPUs into the words of evidence.</summary>
internal sealed class EvidenceBuilder(TraceFacts facts)
{
    private static readonly int ExitReason = KnownKinds.Slot("kvm_exit", "exit_reason");
    private static readonly int ExitIsa = KnownKinds.Slot("kvm_exit", "isa");
    private static readonly int ExitInfo = KnownKinds.Slot("kvm_exit", "info1");

    private readonly MarkReader _reader = new();

    public TripMarks Read(SavedEvent e) => _reader.Of(e);

    public List<Evidence> All(IReadOnlyList<Loop> loops)
    {
        var all = new List<Evidence>();
        foreach (var loop in loops)
            if (loop.Kind != LoopKind.Sweep) all.Add(Of(loop)); // faults that walk through memory are never trouble
        foreach (var lane in facts.Lanes)
        {
            foreach (var spot in lane.Spots) all.Add(Of(lane, spot));
            if (lane.Stuck is { } stuck) all.Add(Of(lane, stuck));
            if (lane.StuckThoughSet is { } set) all.Add(Of(lane, set));
            all.Add(Of(lane));
        }

        all.Add(new Evidence { Scope = EvidenceScope.Trace, Facts = facts });
        return all;
    }

    private Evidence Of(Loop loop)
    {
        var lane = facts.Lanes.Find(l => l.Lane.Tid == loop.Tid);
        TripMarks marks = 0;
        var reasons = new List<string>();
        var details = new List<TurnDetail>();
        var isa = Isa.Unknown;
        foreach (var turn in loop.Events)
        {
            var e = turn.Event;
            marks |= _reader.Of(e);
            if (!e.HasFields) continue;
            switch (e.Name)
            {
                case var _ when KnownKinds.IsExit(e.Kind):
                    isa = (Isa)e[ExitIsa] is var told && told == Isa.Unknown ? lane?.Lane.Isa ?? Isa.Unknown : told;
                    reasons.Add(ExitReasonVocabulary.ReportName(isa, (uint)e[ExitReason]));
                    if (e.Has(ExitInfo) && Port(isa, (uint)e[ExitReason], e[ExitInfo]) is { } port) details.Add(port);
                    break;
                case "kvm_pio": details.Add(new TurnDetail(TripDetail.Port, (ushort)e[1], e[0] != 0, (int)e[2])); break;
                case "kvm_msr": details.Add(new TurnDetail(TripDetail.Msr, (uint)e[1], e[0] != 0, 0)); break;
                case "kvm_cr": details.Add(new TurnDetail(TripDetail.Cr, e[1], e[0] != 0, 0)); break;
                case "kvm_cpuid": details.Add(new TurnDetail(TripDetail.CpuidLeaf, (uint)e[0], false, 0)); break;
            }
        }

        var spot = lane?.Spots.Where(s => loop.Rips.Count > 0 && s.Key.Rip == loop.Rips[0] && ExitReasonVocabulary.ReportName(s.Key.Isa, s.Key.Reason) == loop.Reason)
            .MaxBy(s => s.Count);
        return new Evidence
        {
            Scope = EvidenceScope.Loop, Facts = facts, Lane = lane, Loop = loop, Spot = spot, Stuck = StuckIn(lane, loop), Isa = isa, Reasons = reasons, Mostly = marks, Ever = marks,
            Turns = loop.Iterations, Count = loop.Iterations * loop.ExitsPerPeriod, TurnNs = loop.TurnNs, StartNs = loop.StartNs, EndNs = loop.EndNs,
            HasTime = loop.HasTime, Rips = loop.Rips, Details = [.. details.Distinct()], FromL2 = (marks & TripMarks.NestedExit) != 0,
        };
    }

    /// <summary>The host's own interrupts come between others: all at one place count as its row.</summary>
    private Evidence Of(LaneFacts lane, Spot spot)
    {
        var reason = ExitReasonVocabulary.ReportName(spot.Key.Isa, spot.Key.Reason);
        var host = reason is "EXTERNAL_INTERRUPT" or "EXIT_INTR" or "PREEMPTION_TIMER";
        var (turns, start, end) = host ? (spot.Count, spot.FirstTime, spot.LastTime) : (spot.MaxRun, spot.MaxRunStart, spot.MaxRunEnd);
        return new Evidence
        {
        Scope = EvidenceScope.Spot, Facts = facts, Lane = lane, Spot = spot, Isa = spot.Key.Isa,
        Reasons = [reason], Mostly = spot.Mostly(), Ever = spot.Ever, Turns = turns, Count = spot.Count,
        TurnNs = turns > 1 ? (double)(end - start) / (turns - 1) : 0, StartNs = start, EndNs = end, HasTime = spot.HasTime,
        Rips = spot.EntryRip is { } entry && entry != spot.Key.Rip ? [spot.Key.Rip, entry] : [spot.Key.Rip],
        Details = spot.Key.Detail == TripDetail.None ? [] : [new TurnDetail(spot.Key.Detail, spot.Key.Value, spot.Key.IsWrite, spot.Size)],
        FromL2 = spot.FromL2 > 0,
        };
    }

    private static StuckRun? StuckIn(LaneFacts? lane, Loop loop) =>
        new[] { lane?.Stuck, lane?.StuckThoughSet }.FirstOrDefault(s => s is not null && loop.Rips.Contains(s.Rip) && s.StartNs <= loop.EndNs && loop.StartNs <= s.EndNs);

    private Evidence Of(LaneFacts lane, StuckRun stuck) => new()
    {
        Scope = EvidenceScope.SameFault, Facts = facts, Lane = lane, Stuck = stuck, Isa = lane.Lane.Isa, Reasons = [stuck.Reason],
        Spot = lane.Spots.Where(s => s.Key.Rip == stuck.Rip && ExitReasonVocabulary.ReportName(s.Key.Isa, s.Key.Reason) == stuck.Reason).MaxBy(s => s.Count),
        Mostly = stuck.SpteSet == stuck.Turns ? TripMarks.SpteSet : 0, Ever = stuck.SpteSet > 0 ? TripMarks.SpteSet : 0,
        Turns = stuck.Turns, Count = stuck.Turns, TurnNs = stuck.Turns > 1 ? (double)(stuck.EndNs - stuck.StartNs) / (stuck.Turns - 1) : 0,
        StartNs = stuck.StartNs, EndNs = stuck.EndNs, HasTime = lane.Guest.HasTime, Rips = [stuck.Rip],
    };

    private Evidence Of(LaneFacts lane) => new()
    {
        Scope = EvidenceScope.Vcpu, Facts = facts, Lane = lane, Isa = lane.Lane.Isa,
        Mostly = lane.Guest.Mostly(), Ever = lane.Guest.Ever | lane.Host.Ever, Turns = lane.Exits, Count = lane.Exits,
        StartNs = lane.Lane.FirstTime, EndNs = lane.Lane.LastTime, HasTime = lane.Guest.HasTime || lane.Host.HasTime,
        TurnNs = lane.Exits > 1 ? (double)(lane.Lane.LastTime - lane.Lane.FirstTime) / lane.Exits : 0,
    };

    private static TurnDetail? Port(Isa isa, uint reason, ulong info) => (isa, reason) switch
    {
        (Isa.Vmx, VmxExitReason.IoInstruction) => new IoQualification(info) is var io ? new TurnDetail(TripDetail.Port, io.Port, !io.IsIn, io.Size) : null,
        (Isa.Svm, SvmExitCode.Ioio) => new SvmIoInfo(info) is var io ? new TurnDetail(TripDetail.Port, io.Port, !io.IsIn, io.Size) : null,
        _ => null,
    };
}
