using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Parser.Events.KvmMmu;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay.Faults.Rules;

namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// Judges every kvm_page_fault in one pass. A fault's group (its events until kvm_entry) goes through the rules; what is
/// left unresolved joins a run and waits for what follows. Memory is bounded by frames seen, threads, and the caps of
/// <see cref="GuestMemoryMap"/> and <see cref="FaultTally"/>.
/// </summary>
/// <remarks>
/// VMs are not named in a trace. As long as no two threads are the same vCPU number, all threads are one VM and share what
/// they know of SPTEs; from then on a thread knows only what it wrote itself. What a bug rests on it wrote itself in any case: two VMs
/// need not have a vCPU number in common.
/// </remarks>
public sealed partial class FaultJudge : TraceObserver
{
    private const ulong MbecOffered = 1UL << 54;

    /// <summary>Threads judged at a time; those that entered the guest longest ago are let go, their open runs closed.</summary>
    private const int MaxFollowed = 4096;

    private const int MaxVcpuIds = 65_536;

    private static readonly int MsrNumber = KnownKinds.Slot("kvm_msr", "ecx");
    private static readonly int MsrWrite = KnownKinds.Slot("kvm_msr", "write");
    private static readonly int MsrData = KnownKinds.Slot("kvm_msr", "data");

    private readonly FaultEvents _events = new();
    private readonly GuestMemoryMap _map = new();
    private readonly InvalidationLog _invalidations = new();
    private readonly LostSpans _losses = new();
    private readonly SpteChecks _checks = new();
    private readonly FaultTally _tally;
    private readonly FaultOutcomes _outcomes = new();
    private readonly FaultContext _context;

    // Delegates: code compiled ahead of time looks up each call through an interface anew.
    private readonly Func<FaultContext, Judgement?>[] _rules = [.. FaultRules.All.Select(r => (Func<FaultContext, Judgement?>)r.Judge)];
    private readonly NestedReading _nested;
    private readonly SpteEvents _sptes;
    private readonly FaultCollector _collector;
    private readonly FaultRuns _runs;
    private readonly MisconfigRuns _misconfigs;
    private readonly Dictionary<int, LaneFaults> _lanes = [];
    private readonly LaneCache<LaneFaults> _recent = new();
    private readonly Dictionary<int, int> _vcpuOwner = [];

    /// <summary>Threads of which something was seen since events were last lost: for the others that ended all already.</summary>
    private readonly List<LaneFaults> _whole = [];
    private long _met;
    private LaneFaults? _last;
    private bool _nestedFaultSeen;

    /// <param name="options">What the caller knows better.</param>
    /// <param name="info">What the reader knows of the trace: the kernel release, where the input says it.</param>
    public FaultJudge(ReplayOptions? options = null, TraceInfo? info = null)
    {
        options ??= new ReplayOptions();
        Config = new ReplayConfig(options, info);
        _tally = new FaultTally(options.Each);
        _context = new FaultContext(Config);
        _nested = new NestedReading(Config);
        _sptes = new SpteEvents(Config, _map, _invalidations, _checks, _nested);
        _collector = new FaultCollector(Config, _map, _invalidations, _checks);
        _runs = new FaultRuns(Config, _tally, _invalidations, _losses, _context);
        _misconfigs = new MisconfigRuns(Config, _tally, _context);
    }

    public ReplayConfig Config { get; }

    /// <summary>kvm_page_fault events.</summary>
    public long Faults { get; private set; }

    /// <summary>EPT_MISCONFIG exits, which have no kvm_page_fault: cached MMIO on VMX.</summary>
    public long MmioMisconfigs { get; private set; }

    /// <summary>Exits for nested page faults and EPT violations, whether or not kvm_page_fault was recorded.</summary>
    public long FaultExits { get; private set; }

    /// <summary>kvm_mmu_spte_requested: KVM took a fault that needs a mapping, whether or not kvm_page_fault was recorded.</summary>
    public long Requests { get; private set; }

    /// <summary>Undecidable runs that have the shape of a livelock.</summary>
    public IReadOnlyList<LivelockShape> LivelockShaped => _runs.LivelockShaped;

    public long LostMarkers { get; private set; }

    public bool SeveralVms => _map.SeveralVms;

    /// <summary>Times the map of SPTEs was full.</summary>
    public int MapOverflows => _map.Overflows;

    /// <summary>All bugs, in order of the first fault's decision; complete after the end.</summary>
    public IReadOnlyList<BugCase> Bugs => _tally.Cases;

    public long BugCasesDropped => _tally.CasesDropped;

    public IReadOnlyList<InvariantFinding> Findings => _checks.Findings;

    /// <summary>What became of the faults of each thread, L1's and L2's apart.</summary>
    public IReadOnlyList<OutcomeCounts> Outcomes => _outcomes.Threads();

    /// <summary>Pages whose faults were left to be tried again, most often first; their counts do without <see cref="PagesUncounted"/>.</summary>
    public IReadOnlyList<RetriedPage> RetriedPages(int most) => _outcomes.Retried(most);

    /// <summary>Faults of pages too many to be told apart.</summary>
    public long PagesUncounted => _outcomes.PagesUncounted;

    /// <summary>Faults with a verdict.</summary>
    public long CountOf(FaultVerdict verdict) => _tally[verdict];

    public override bool Wants(int kind) => _events[kind] != FaultEvent.None;

    public override bool WantsTrips => false;

    public override void OnEvent(VcpuLane lane, in EventRow row)
    {
        ArgumentNullException.ThrowIfNull(lane);
        var e = _events[row.Kind];
        if (e == FaultEvent.None || !row.HasFields) return;
        _map.Now++;
        if (row.HasTime)
        {
            _losses.See(row.Cpu, row.Time);
            _runs.TraceBegins(row.Time);
        }

        if (lane.IsShared && e is (FaultEvent.Entry or FaultEvent.Exit or FaultEvent.PageFault))
        {
            if (e == FaultEvent.PageFault) NotJudged(lane, row);
            return;
        }

        var state = _last is { } last && ReferenceEquals(last.Lane, lane) ? last : StateOf(lane);
        if (!state.IsWhole)
        {
            state.IsWhole = true;
            _whole.Add(state);
        }

        if (FaultEvents.IsMmuEvent(e)) Config.MmuEvents = true;
        if (FaultEvents.TakesAway(e)) state.Works(Config);
        if (state.Misconfig is { IsOpen: true } misconfig && e != FaultEvent.Entry) MisconfigRuns.OnEvent(state, misconfig, e, row);
        switch (e)
        {
            case FaultEvent.Entry: OnEntry(state, row); return;
            case FaultEvent.Exit: OnExit(state, row); return;
            case FaultEvent.PageFault: OnFault(state, row); return;
            case FaultEvent.NestedExit:
                state.NestedExit.CopyFrom(row);
                state.HasNestedExit = true;
                return;
            case FaultEvent.SetSpte or FaultEvent.TdpChanged:
                Config.SpteWrites = true;
                if (e == FaultEvent.SetSpte) _sptes.OnSetSpte(state, row);
                else _sptes.OnTdpChanged(state, row);
                break;
            case FaultEvent.GetPage: _sptes.OnGetPage(state, row); break;
            case FaultEvent.PrepareZap: _sptes.OnPrepareZap(state, row); break;
            case FaultEvent.SyncPage: _map.ForgetShadow(); break;
            case FaultEvent.ZapAllFast: _sptes.OnZapAllFast(lane, row); break;
            case FaultEvent.UnmapHva: _sptes.OnUnmap(state, row); break;
            case FaultEvent.SetSpteHva when !state.IsOpen: _invalidations.Add(row.Time, lane.Index, Invalidation.Passing); break;
            case FaultEvent.Mmio or FaultEvent.Clock: Config.MmioEvents = Config.EmulationEvents = true; break;
            case FaultEvent.Emulate: Config.EmulationEvents = true; break;
            case FaultEvent.Msr: OnMsr(row); return;
            case FaultEvent.SpteRequested:
                Requests++;
                if (KvmMmuSpteRequested.Over(row).HasAccess) Config.SeeRequestedAccess();
                break;
        }

        if (state.IsOpen) _collector.Collect(state, e, row);
    }

    public override void OnLost(in EventRow row)
    {
        LostMarkers++;
        _map.ForgetAll();
        _checks.ForgetHuge();
        _losses.Lose(row.Cpu);
        _whole.Sort((a, b) => a.Number.CompareTo(b.Number));
        foreach (var state in _whole)
        {
            state.IsWhole = false;
            state.HasExit = state.HasNestedExit = false;
            if (state.IsOpen)
            {
                // Whether the thread is through with what it invalidates is not told by a gap: its next entry does.
                state.Group.Lost = true;
                Close(state, row.Time, goesOn: false);
            }

            _runs.CloseAll(state, lost: true);
            EndMisconfig(state);
        }

        _whole.Clear();

        // An unmap may be among what was lost, and go on from here.
        if (_losses.Now != long.MinValue) _invalidations.Add(_losses.Now, -1, Invalidation.Unseen);
        _tally.Flush();
    }

    public override void OnEnd()
    {
        foreach (var state in _lanes.Values) EndAll(state);
        _runs.SettleAll();
        _tally.Flush();
    }

    private LaneFaults StateOf(VcpuLane lane)
    {
        if (_recent.Find(lane) is { } known) return _last = known;
        if (!_lanes.TryGetValue(lane.Index, out var state))
        {
            if (_lanes.Count >= MaxFollowed) LetGo();
            _lanes[lane.Index] = state = new LaneFaults(lane) { Number = _met++ };
        }

        _recent.Put(lane, state);
        return _last = state;
    }

    private void LetGo()
    {
        foreach (var old in _lanes.Values.OrderBy(l => l.EntrySequence).ThenBy(l => l.Lane.Index).Take(MaxFollowed / 2).ToList())
        {
            EndAll(old);
            _lanes.Remove(old.Lane.Index);
        }

        _whole.RemoveAll(s => !_lanes.ContainsKey(s.Lane.Index));
        _recent.Clear();
        _tally.Flush();
    }

    /// <summary>Nothing more is to be seen of this thread's faults.</summary>
    private void EndAll(LaneFaults state)
    {
        if (state.IsOpen) Close(state, state.Group.LastTime);
        _runs.CloseAll(state);
        EndMisconfig(state);
    }

    private void EndMisconfig(LaneFaults state)
    {
        if (state.Misconfig is not { } misconfig) return;
        misconfig.IsOpen = false;
        _misconfigs.End(state);
    }

    private void OnEntry(LaneFaults state, in EventRow row)
    {
        state.IsVcpu(Config);
        var entry = KvmEntry.Over(row);
        if (entry.HasVcpuId)
        {
            if (entry.VcpuId != state.EnteredAs) EntersAs(state, entry.VcpuId);
        }

        if (state.IsOpen)
        {
            state.Group.HasEntry = true;
            if (entry.HasRip) state.Group.EntryRip = entry.Rip;
            state.Group.Save(row);
            Close(state, row.Time);
        }

        state.Release(_invalidations, row.Time);
        if (state.Misconfig is { IsOpen: true } misconfig) _misconfigs.OnEntry(state, misconfig, row);
        state.EntrySequence = _map.Now;
        state.HasExit = state.HasNestedExit = false;
    }

    /// <summary>Two threads that enter as the same vCPU are of two VMs.</summary>
    private void EntersAs(LaneFaults state, int vcpuId)
    {
        state.EnteredAs = vcpuId;
        if (!_vcpuOwner.TryGetValue(vcpuId, out var owner))
        {
            if (_vcpuOwner.Count < MaxVcpuIds) _vcpuOwner[vcpuId] = state.Lane.Index;
        }
        else if (owner != state.Lane.Index) _map.SeveralVms = true;
    }

    private void OnExit(LaneFaults state, in EventRow row)
    {
        if (state.IsOpen) Close(state, row.Time);
        state.IsVcpu(Config);
        state.Release(_invalidations, row.Time);
        state.Exits++;
        var trip = state.Lane.Trip;
        Config.SeeIsa(trip.Isa);
        state.HasExit = ExitClass.IsNestedFault(trip.Isa, trip.Reason) || FaultModes.OfExit(trip) == FaultMode.Shadow;
        if (state.HasExit) state.Exit.CopyFrom(row);
        if (ExitClass.IsNestedFault(trip.Isa, trip.Reason) && trip.Reason != VmxExitReason.EptMisconfig) FaultExits++;
        state.HasNestedExit = false;
        if (trip.Isa == Isa.Vmx && trip.Reason == VmxExitReason.EptMisconfig)
        {
            MmioMisconfigs++;
            MisconfigRuns.OnExit(state, row);
        }
        else if (state.Misconfig is { } misconfig)
        {
            misconfig.IsOpen = false;
        }
    }

    private void OnFault(LaneFaults state, in EventRow row)
    {
        if (state.IsOpen) Close(state, row.Time);
        state.IsVcpu(Config);
        Faults++;
        state.Faults++;
        var fault = KvmPageFault.Over(row);
        var mode = FaultModes.Of(state, fault.ErrorCode, Config);
        state.LastMode = mode;
        // #PF is intercepted now and then with nested paging too; nested faults prove nested paging.
        if (mode == FaultMode.Shadow) Config.ShadowPaging = !_nestedFaultSeen;
        else if (mode != FaultMode.Unknown) (_nestedFaultSeen, Config.ShadowPaging) = (true, false);
        if (mode == FaultMode.Ept)
        {
            Config.SeeEptFault();
            if ((fault.ErrorCode >> 6 & 1) != 0) Config.QualificationBit6 = true;
        }

        var lane = state.Lane;
        var level = state.Level;
        var group = state.Group;
        var rip = fault.HasRip ? fault.Rip : lane.InHost && lane.Trip.HasReason ? lane.Trip.Rip : 0;
        group.Open(row, new FaultAccess(mode, fault.ErrorCode, mode == FaultMode.Npt && Config.Gmet == true), fault.FaultAddress, rip, level,
            state.HasExit ? state.Exit : null, state.HasNestedExit ? state.NestedExit : null);
        group.GivenBefore = state.Granted.Exit == state.Exits - 1 && state.Granted.Key == new FaultRun.Identity(level, group.Gfn, group.Access.Code, rip) ? state.Granted.Spte : null;
        group.EntrySequence = state.EntrySequence;
        group.Sequence = _map.Now;
        group.Lane = state.Lane.Index;
        group.Slot = _tally.Place();
        if (mode != FaultMode.Shadow && !_sptes.SeveralSpaces && level == GuestLevel.L1) group.Before = _map.Find(false, 0, group.Gfn, lane.Index, Config.Layout);
    }

    /// <summary>Which of many threads went on after it nobody can say.</summary>
    private void NotJudged(VcpuLane lane, in EventRow row)
    {
        Faults++;
        var fault = KvmPageFault.Over(row);
        var access = new FaultAccess(FaultMode.Unknown, fault.ErrorCode);
        _outcomes.Add(lane, GuestLevel.L1, fault.FaultAddress >> 12, FaultOutcome.Unknown);
        _tally.Decided(new FaultRecord(row.Time, lane.Tid, GuestLevel.L1, fault.FaultAddress, access, FaultVerdict.Undecidable), _tally.Place());
    }

    private void OnMsr(in EventRow row)
    {
        if (row[MsrNumber] == 0x48b && row[MsrWrite] == 0 && (row[MsrData] & MbecOffered) != 0)
            Config.SeeMbec("L1 reads MSR 0x48b with bit 54 set: MBEC is offered to it");
    }

    private void Close(LaneFaults state, long time, bool goesOn = true)
    {
        var group = state.Group;
        group.IsOpen = false;
        group.LastTime = time;
        if (goesOn) state.Release(_invalidations, time);
        if (group.Walked && (group.WalkedFirst || group.Injections > 0) && group.Access.Mode != FaultMode.Shadow) group.Level = GuestLevel.L2;
        var isL2 = group.Level == GuestLevel.L2 && group.Walked && group.Access.Mode != FaultMode.Shadow;
        NestedAnswer? answer = null;
        if (isL2)
        {
            _nested.Learn(state, group);
            answer = _nested.Answer(state, group);
            group.Before = default;
            // A sync ends what is known, but another thread that mapped the frame meanwhile has still been quicker.
            var known = _map.TryGet(true, 0, 1, SpteEvents.ShadowKey(group), out var spte, out var when, out var writer);
            if ((known || (when > group.EntrySequence && writer != state.Lane.Index)) && group.Sets == 0)
                group.Before = new SpteKnowledge(SpteState.Known, spte, 1, when, writer);
        }
        else if (group.Access.Mode != FaultMode.Shadow && !_sptes.SeveralSpaces && group.Level == GuestLevel.L1)
        {
            group.After = _map.Find(false, 0, group.Gfn, state.Lane.Index, Config.Layout);
        }

        _context.Fill(group, answer, Config.Layout);
        _outcomes.Add(state.Lane, _context);
        Judgement judgement = default;
        foreach (var judge in _rules)
        {
            if (judge(_context) is not { } said) continue;
            judgement = said;
            break;
        }

        state.Granted = _context is { Wrote: true, ResultAllows: true, Result: { } given } && group.HasEntry
            ? new GrantedFault(new FaultRun.Identity(group.Level, group.Gfn, group.Access.Code, group.Rip), state.Exits, given.WithoutAccessedDirty)
            : new GrantedFault(default, -1, 0);
        var verdict = judgement.Verdict;
        if (!Config.MmuEvents && judgement.Unresolved == Unresolved.No && verdict is not (FaultVerdict.ExpectedMmioCached or FaultVerdict.ExpectedMmioFirst))
            verdict = FaultVerdict.Undecidable;
        var record = new FaultRecord(group.Time, state.Lane.Tid, group.Level, group.Gpa, group.Access, verdict);
        if (judgement.Unresolved != Unresolved.No) _runs.Join(state, record, judgement);
        else _runs.Decide(state, record, judgement);
        if ((state.Faults & 15) == 0) _runs.DropStale(state);
    }
}
