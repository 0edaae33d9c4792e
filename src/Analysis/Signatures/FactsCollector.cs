using System.Numerics;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Parser.Events.KvmMmu;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>
/// Gathers in one pass what signatures ask of a trace. Memory is bounded: 32768 spots and reasons of the first 1024
/// vCPUs, a few thousand MSRs, CPUID leaves, interrupt lines and shadow pages, and the first 4096 events of a short trace.
/// </summary>
public sealed partial class FactsCollector : TraceObserver
{
    private const int MaxLanes = 1024;
    private const int MaxKeys = 4096;

    private static readonly int RoleKnown = KnownKinds.Slot("kvm_mmu_get_page", "role_known");
    private static readonly int PioValue = KnownKinds.Slot("kvm_pio", "val");

    private readonly MarkReader _reader = new();
    private readonly KnownKinds _kinds = new();
    private readonly Dictionary<int, LaneFacts> _lanes = [];
    private readonly LaneCache<LaneFacts> _recent = new();
    private readonly int _getPage = KnownKinds.Kind("kvm_mmu_get_page");
    private readonly int _setIrq = KnownKinds.Kind("kvm_set_irq");
    private readonly TallyBudget _budget = new();
    private readonly long[] _marked = new long[64];
    private LaneFacts? _last;

    public TraceFacts Facts { get; } = new();

    /// <summary>The events themselves where the trace is short enough to be an excerpt.</summary>
    public Excerpt Excerpt { get; } = new();

    public override void OnEvent(VcpuLane lane, in EventRow row)
    {
        if (!Excerpt.IsOver) Excerpt.Add(row);
        var kind = row.Kind;
        if (KnownKinds.IsEntry(kind) || !_reader.Cares(kind)) return;
        var isExit = KnownKinds.IsExit(kind);
        var facts = _last is { } last && last.Lane == lane ? last : Of(lane, isExit || kind == _kinds.Cr || kind == _kinds.Msr || kind == _kinds.Pio);
        var marks = _reader.Of(row);
        for (var bits = (ulong)marks; bits != 0; bits &= bits - 1) _marked[BitOperations.TrailingZeroCount(bits)]++;
        if ((marks & TripMarks.HostUnmap) != 0) HostUnmapped();
        if (facts is null)
        {
            Devices(row, kind);
            return;
        }

        if (isExit)
        {
            facts.Marks = marks;
            facts.HasFault = false;
            facts.Value = null;
            return;
        }

        facts.Marks |= marks;
        if (row.HasFields) Fields(facts, row, kind);
    }

    public override void OnTrip(VcpuLane lane, HostTrip trip)
    {
        if (Of(lane, begins: true) is not { } facts || !trip.HasReason) return;
        var marks = facts.Marks;
        var one = new Tally.Trip(marks, trip.Start, trip.HasStart, trip.Timed, trip.Timed ? trip.Duration : 0);
        facts.ReasonOf(trip.Isa, trip.Reason, trip.IsHostInterrupt, out var sameReason).Add(one, sameReason);
        var detail = trip.Detail is TripDetail.Port or TripDetail.Msr or TripDetail.Cr or TripDetail.CpuidLeaf ? trip.Detail : TripDetail.None;
        var key = new SpotKey(trip.Isa, trip.Reason, trip.Rip, detail, detail == TripDetail.None ? 0 : trip.DetailValue, detail != TripDetail.None && trip.DetailIsWrite);
        if (trip.IsHostInterrupt)
        {
            facts.Host.Add(one, again: false);
        }
        else
        {
            facts.Guest.Add(one, again: false);
            Fault(facts, trip, marks);
        }

        if (facts.SpotOf(key, trip.IsHostInterrupt, out var again) is not { } spot) return;
        if (spot.Count == 0)
        {
            spot.Info1 = trip.Info1;
            spot.Size = trip.DetailSize;
        }

        spot.Add(one, again);
        spot.AddLevel(trip.Level == GuestLevel.L2);
        if (trip.HasEntryRip) spot.EntryRip = trip.EntryRip;
        if (facts.HasFault) spot.AddAddress(facts.FaultAddress);
        if (facts.Value is { } value) spot.AddValue(value, trip.Start);
        facts.Marks = 0;
        facts.HasFault = false;
        facts.Value = null;
    }

    public override void OnLost(in EventRow row)
    {
        Facts.Lost++;
        foreach (var facts in _lanes.Values)
            if (row.Cpu < 0 || facts.Lane.LastCpu < 0 || facts.Lane.LastCpu == row.Cpu) facts.Break();
    }

    public override void OnEnd()
    {
        foreach (var facts in _lanes.Values) facts.EndRun(cameFree: false);
        _marked.CopyTo(Facts.Marked, 0);
        if (Facts.Exits == 0) Excerpt.Frames(_reader.Of, Facts.RefusedFrames, Facts.MappedFrames);
    }

    /// <summary>A row of one fault grows while KVM does nothing else about it than enter again (or set an SPTE).</summary>
    private static void Fault(LaneFacts facts, HostTrip trip, TripMarks marks)
    {
        const TripMarks Other = TripMarks.Mmio | TripMarks.FastMmio | TripMarks.Emulate | TripMarks.DirtyRing | TripMarks.NestedInject | TripMarks.NestedEnter;
        facts.GoesOn(trip.Rip);
        var isFault = ExitClass.IsNestedFault(trip.Isa, trip.Reason) || ((marks & TripMarks.ExitIsPf) != 0 && (marks & TripMarks.InjectException) == 0);
        if (!isFault || (marks & (Other | TripMarks.Userspace)) != 0)
        {
            // A signal takes the vCPU out in the middle of a row; only what follows tells whether it came free.
            facts.EndRun(cameFree: !isFault || (marks & Other) != 0);
            if ((marks & TripMarks.UserFault) != 0 && facts.HasFault && facts.RefusedFrames.Count < MaxKeys) facts.RefusedFrames.Add(facts.FaultAddress >> 12);
            return;
        }

        if (!facts.HasFault && trip.Detail != TripDetail.Gpa)
        {
            // No address: the last exit of the trace, or kvm_page_fault was not recorded.
            if (trip.Timed) facts.EndRun(cameFree: true);
            return;
        }

        var set = (marks & (TripMarks.SpteSet | TripMarks.SpteRequested)) != 0;
        if ((marks & TripMarks.SpteSet) != 0 && facts.HasFault && facts.MappedFrames.Count < MaxKeys) facts.MappedFrames.Add(facts.FaultAddress >> 12);
        var address = facts.HasFault ? facts.FaultAddress : trip.DetailValue;
        var code = facts.HasFault ? facts.FaultCode : trip.Info1;
        facts.Fault(ExitReasonVocabulary.ReportName(trip.Isa, trip.Reason), trip.Rip, address, code, trip.Start, marks, set);
    }

    private void Fields(LaneFacts facts, in EventRow row, int kind)
    {
        if (kind == _kinds.Pio)
        {
            if (row.Has(PioValue)) facts.Value = KvmPio.Over(row).Value;
            return;
        }

        if (kind == _kinds.PageFault)
        {
            var fault = KvmPageFault.Over(row);
            facts.FaultAddress = fault.FaultAddress;
            facts.FaultCode = fault.ErrorCode;
            facts.HasFault = true;
        }
        else if (kind == _kinds.Cr)
        {
            var cr = KvmCr.Over(row);
            if (cr is { IsWrite: true, Cr: 4 }) facts.AddCr4(cr.Val, row.Time);
        }
        else if (kind == _kinds.Msr)
        {
            Msr(KvmMsr.Over(row), row.Time);
        }
        else if (kind == _kinds.Cpuid)
        {
            var cpuid = KvmCpuid.Over(row);
            var key = TraceFacts.CpuidKey(cpuid.Function, cpuid.Index);
            var known = Facts.Cpuid.TryGetValue(key, out var before);
            if (known || Facts.Cpuid.Count < MaxKeys) Facts.Cpuid[key] = new CpuidFact((before?.Count ?? 0) + 1, cpuid.Rax, cpuid.Rbx, cpuid.Rcx, cpuid.Rdx);
        }

        Devices(row, kind);
    }

    private void Devices(in EventRow row, int kind)
    {
        if (!row.HasFields) return;
        if (kind == _setIrq)
        {
            var line = KvmSetIrq.Over(row);
            if (!Facts.Lines.TryGetValue(line.Gsi, out var fact))
            {
                if (Facts.Lines.Count >= MaxKeys) return;
                Facts.Lines[line.Gsi] = fact = new LineFact();
            }

            if (line.Level != 0) fact.Raised++;
            else fact.Lowered++;
        }
        else if (kind == _getPage)
        {
            ShadowPage(row, KvmMmuGetPage.Over(row).Page);
        }
    }

    private void Msr(KvmMsr msr, long time)
    {
        if (!Facts.Msrs.TryGetValue(msr.Msr, out var fact))
        {
            if (Facts.Msrs.Count >= MaxKeys) return;
            Facts.Msrs[msr.Msr] = fact = new MsrFact { FirstTime = time };
        }

        fact.LastTime = time;
        if (msr.Write)
        {
            fact.Writes++;
            fact.LastWritten = msr.Data;
        }
        else
        {
            fact.Reads++;
            if (!msr.Exception) fact.LastRead = msr.Data;
        }
    }

    /// <summary>cr4_smep is bit 20 of the role word since 7.2; earlier kernels leave that bit clear. Text tells which bits it knows, records have all.</summary>
    private void ShadowPage(in EventRow row, ShadowPage page)
    {
        const uint SmepKnown = 1u << 20;
        if (!page.HasGfn || !page.HasRole || (row.Has(RoleKnown) && (page.RoleKnown & SmepKnown) == 0) || (page.Role >> 7 & 1) != 0) return;
        var known = Facts.ShadowSmep.TryGetValue(page.Gfn, out var seen);
        if (!known && Facts.ShadowSmep.Count >= MaxKeys) return;
        Facts.ShadowSmep[page.Gfn] = seen | 1 << (int)(page.Role >> 20 & 1);
    }

    private void HostUnmapped()
    {
        foreach (var facts in _lanes.Values) facts.HostUnmapped();
    }

    /// <summary>A thread's facts begin with its first exit: before that it is no vCPU. CR4 writes may come first in an excerpt.</summary>
    private LaneFacts? Of(VcpuLane lane, bool begins)
    {
        if (_recent.Find(lane) is { } known) return _last = known;
        if (!_lanes.TryGetValue(lane.Index, out var facts))
        {
            if ((!lane.IsVcpu && !begins) || lane.IsShared || _lanes.Count >= MaxLanes) return null;
            _lanes[lane.Index] = facts = new LaneFacts(lane, _budget);
            Facts.Lanes.Add(facts);
        }

        _recent.Put(lane, facts);
        return _last = facts;
    }
}
