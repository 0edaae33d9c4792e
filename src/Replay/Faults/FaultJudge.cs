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
/// they know of SPTEs; from then on a thread knows only what it wrote itself.
/// </remarks>
public sealed partial class FaultJudge : TraceObserver
{
    private const ulong MbecOffered = 1UL << 54;

    /// <summary>Threads judged at a time; those that entered the guest longest ago are let go, their open runs closed.</summary>
    private const int MaxFollowed = 4096;

    /// <summary>Open runs of all threads; from here on a thread keeps one.</summary>
    private const int MaxOpenRuns = 4096;

    private const int MaxVcpuIds = 65_536;

    private readonly FaultEvents _events = new();
    private readonly GuestMemoryMap _map = new();
    private readonly InvalidationLog _invalidations = new();
    private readonly SpteChecks _checks = new();
    private readonly FaultTally _tally;
    private readonly FaultContext _context;
    private readonly NestedTables _nested;
    private readonly Dictionary<int, LaneFaults> _lanes = [];
    private readonly LaneCache<LaneFaults> _recent = new();
    private readonly Dictionary<int, int> _vcpuOwner = [];
    private LaneFaults? _last;
    private int _openRuns;
    private long _sequence;
    private long _slotZapSequence = -1;
    private bool _severalSpaces;
    private bool _nestedFaultSeen;
    private bool _advancedInfoSeen;
    private bool _mbec12Learned;

    /// <param name="options">What the caller knows better.</param>
    /// <param name="info">What the reader knows of the trace: the kernel release, where the input says it.</param>
    public FaultJudge(ReplayOptions? options = null, TraceInfo? info = null)
    {
        options ??= new ReplayOptions();
        Config = new ReplayConfig(options, info);
        _tally = new FaultTally(options.Each);
        _context = new FaultContext(Config);
        _nested = new NestedTables(Config);
    }

    public ReplayConfig Config { get; }

    /// <summary>kvm_page_fault events.</summary>
    public long Faults { get; private set; }

    /// <summary>EPT_MISCONFIG exits, which have no kvm_page_fault: cached MMIO on VMX.</summary>
    public long MmioMisconfigs { get; private set; }

    /// <summary>Exits for nested page faults and EPT violations, whether or not kvm_page_fault was recorded.</summary>
    public long FaultExits { get; private set; }

    /// <summary>Undecidable runs that have the shape of a livelock.</summary>
    public List<LivelockShape> LivelockShaped { get; } = [];

    public long LostMarkers { get; private set; }

    public bool SeveralVms => _map.SeveralVms;

    /// <summary>Times the map of SPTEs was full.</summary>
    public int MapOverflows => _map.Overflows;

    /// <summary>All bugs, in order of the first fault's decision; complete after the end.</summary>
    public IReadOnlyList<BugCase> Bugs => _tally.Cases;

    public long BugCasesDropped => _tally.CasesDropped;

    public IReadOnlyList<InvariantFinding> Findings => _checks.Findings;

    /// <summary>Faults with a verdict.</summary>
    public long CountOf(FaultVerdict verdict) => _tally[verdict];

    public override bool Wants(int kind) => _events[kind] != FaultEvent.None;

    public override bool WantsTrips => false;

    public override void OnEvent(VcpuLane lane, in EventRow row)
    {
        ArgumentNullException.ThrowIfNull(lane);
        var e = _events[row.Kind];
        if (e == FaultEvent.None || !row.HasFields) return;
        _sequence++;
        var state = _last is { } last && ReferenceEquals(last.Lane, lane) ? last : StateOf(lane);
        if (FaultEvents.IsMmuEvent(e)) Config.MmuEvents = true;
        switch (e)
        {
            case FaultEvent.Entry: OnEntry(state, row); return;
            case FaultEvent.Exit: OnExit(state, row); return;
            case FaultEvent.PageFault: OnFault(state, row); return;
            case FaultEvent.NestedExit:
                state.NestedExit.CopyFrom(row);
                state.HasNestedExit = true;
                return;
            case FaultEvent.SetSpte: OnSetSpte(state, row); break;
            case FaultEvent.TdpChanged: OnTdpChanged(state, row); break;
            case FaultEvent.GetPage: OnGetPage(state, row); break;
            case FaultEvent.PrepareZap:
                if (!Config.TdpMmu) _map.ForgetDirect(_sequence);
                _map.ForgetShadow(_sequence);
                if (!state.IsOpen) _invalidations.Add(row.Time, lane.Index, Invalidation.Passing);
                break;
            case FaultEvent.SyncPage: _map.ForgetShadow(_sequence); break;
            case FaultEvent.ZapAllFast:
                _map.ForgetAll(_sequence);
                _slotZapSequence = _sequence;
                _invalidations.Add(row.Time, lane.Index, Invalidation.WholeSlot);
                break;
            case FaultEvent.UnmapHva:
                if (!Config.TdpMmu) _map.ForgetDirect(_sequence);
                _map.ForgetShadow(_sequence);
                Release(state, row.Time);
                // A thread that invalidates for its own fault is through before it enters the guest; in user space it may sleep long after.
                if (state is { IsOpen: true, Group.UserspaceReason: < 0 }) state.HeldInvalidation = _invalidations.Add(row.Time, lane.Index, Invalidation.Held);
                else _invalidations.Add(row.Time, lane.Index, Invalidation.Lasting);
                break;
            case FaultEvent.SetSpteHva when !state.IsOpen: _invalidations.Add(row.Time, lane.Index, Invalidation.Passing); break;
            case FaultEvent.Msr: OnMsr(row); return;
            case FaultEvent.SpteRequested when KvmMmuSpteRequested.Over(row).HasAccess: Config.SeeRequestedAccess(); break;
        }

        if (state.IsOpen) Collect(state, e, row);
    }

    public override void OnLost(in EventRow row)
    {
        LostMarkers++;
        _map.ForgetAll(_sequence);
        foreach (var state in _lanes.Values)
        {
            state.HasExit = state.HasNestedExit = false;
            if (state.IsOpen)
            {
                state.Group.Lost = true;
                Close(state, row.Time);
            }

            foreach (var run in state.Runs.Values) CloseRun(run);
            state.Runs.Clear();
        }

        _tally.Flush();
    }

    public override void OnEnd()
    {
        foreach (var state in _lanes.Values) EndAll(state);
        _tally.Flush();
    }

    private LaneFaults StateOf(VcpuLane lane)
    {
        if (_recent.Find(lane) is { } known) return _last = known;
        if (!_lanes.TryGetValue(lane.Index, out var state))
        {
            if (_lanes.Count >= MaxFollowed) LetGo();
            _lanes[lane.Index] = state = new LaneFaults(lane);
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

        _recent.Clear();
        _tally.Flush();
    }

    /// <summary>Nothing more is to be seen of this thread's faults.</summary>
    private void EndAll(LaneFaults state)
    {
        if (state.IsOpen) Close(state, state.Group.LastTime);
        foreach (var run in state.Runs.Values) CloseRun(run);
        state.Runs.Clear();
    }

    private void OnEntry(LaneFaults state, in EventRow row)
    {
        var entry = KvmEntry.Over(row);
        if (entry.HasVcpuId)
        {
            if (!_vcpuOwner.TryGetValue(entry.VcpuId, out var owner))
            {
                if (_vcpuOwner.Count < MaxVcpuIds) _vcpuOwner[entry.VcpuId] = state.Lane.Index;
            }
            else if (owner != state.Lane.Index) _map.SeveralVms = true;
        }

        if (state.IsOpen)
        {
            state.Group.HasEntry = true;
            state.Group.Save(row);
            Close(state, row.Time);
        }

        state.EntrySequence = _sequence;
        state.HasExit = state.HasNestedExit = false;
    }

    private void OnExit(LaneFaults state, in EventRow row)
    {
        if (state.IsOpen) Close(state, row.Time);
        var trip = state.Lane.Trip;
        Config.SeeIsa(trip.Isa);
        state.HasExit = ExitClass.IsNestedFault(trip.Isa, trip.Reason) || ModeOfExit(trip) == FaultMode.Shadow;
        if (trip.Isa == Isa.Vmx && trip.Reason == VmxExitReason.EptMisconfig) MmioMisconfigs++;
        if (state.HasExit) state.Exit.CopyFrom(row);
        if (ExitClass.IsNestedFault(trip.Isa, trip.Reason) && trip.Reason != VmxExitReason.EptMisconfig) FaultExits++;
        state.HasNestedExit = false;
    }

    private void OnFault(LaneFaults state, in EventRow row)
    {
        if (state.IsOpen) Close(state, row.Time);
        Faults++;
        state.Faults++;
        var fault = KvmPageFault.Over(row);
        var mode = ModeOf(state, fault.ErrorCode);
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
        var level = lane.Trip.Level == GuestLevel.L2 || state.HasNestedExit ? GuestLevel.L2 : GuestLevel.L1;
        var group = state.Group;
        var rip = fault.HasRip ? fault.Rip : lane.InHost && lane.Trip.HasReason ? lane.Trip.Rip : 0;
        group.Open(row, new FaultAccess(mode, fault.ErrorCode, mode == FaultMode.Npt && Config.Gmet == true), fault.FaultAddress, rip, level,
            state.HasExit ? state.Exit : null, state.HasNestedExit ? state.NestedExit : null);
        group.EntrySequence = state.EntrySequence;
        group.Sequence = _sequence;
        group.Lane = state.Lane.Index;
        group.Slot = _tally.Place();
        if (mode != FaultMode.Shadow && !_severalSpaces) group.Before = _map.Find(false, 0, group.Gfn, lane.Index, Config.Layout);
    }

    private static FaultMode ModeOfExit(HostTrip trip) => (trip.Isa, trip.Reason) switch
    {
        (Isa.Vmx, VmxExitReason.EptViolation or VmxExitReason.EptMisconfig) => FaultMode.Ept,
        (Isa.Vmx, VmxExitReason.ExceptionNmi) => FaultMode.Shadow,
        (Isa.Svm, SvmExitCode.Npf) => FaultMode.Npt,
        (Isa.Svm, 0x4e) => FaultMode.Shadow, // SVM_EXIT_EXCP_BASE + PF_VECTOR
        _ => FaultMode.Unknown,
    };

    private FaultMode ModeOf(LaneFaults state, ulong code)
    {
        if (state.Lane.InHost && state.Lane.Trip.HasReason && ModeOfExit(state.Lane.Trip) is var mode and not FaultMode.Unknown) return mode;
        if ((code >> 32 & 3) != 0) return FaultMode.Npt;
        if (state.LastMode != FaultMode.Unknown) return state.LastMode;
        if (Config.VendorKnown) return Config.IsIntel ? FaultMode.Ept : FaultMode.Npt;
        return (code & 0x80) != 0 ? FaultMode.Ept : FaultMode.Npt;
    }

    private void OnMsr(in EventRow row)
    {
        if (row[MsrNumber] == 0x48b && row[MsrWrite] == 0 && (row[MsrData] & MbecOffered) != 0)
            Config.SeeMbec("L1 reads MSR 0x48b with bit 54 set: MBEC is offered to it");
    }

    private void Collect(LaneFaults state, FaultEvent e, in EventRow row)
    {
        var group = state.Group;
        switch (e)
        {
            case FaultEvent.SpteRequested:
                var requested = KvmMmuSpteRequested.Over(row);
                group.Requested = true;
                group.WalkedFirst = group.Walked;
                group.RequestedGfn = requested.Gfn;
                group.RequestedPfn = requested.Pfn;
                group.RequestedLevel = requested.Level;
                group.RequestedAccess = requested.Access;
                group.HasRequestedAccess = requested.HasAccess;
                if (group.Access.Mode == FaultMode.Shadow) group.Before = _map.Find(false, 0, requested.Gfn, state.Lane.Index, Config.Layout);
                break;
            case FaultEvent.FastPageFault:
                var fast = FastPageFault.Over(row);
                group.FastTries++;
                group.FastOld = fast.OldSpte;
                group.FastNew = fast.NewSpte;
                (group.FastFixed, group.FastSpurious) = FastOutcome(row, fast);
                if (group.FastFixed)
                {
                    var level = Math.Max(1, group.Before.Level);
                    var frame = group.Gfn & ~((1UL << (9 * (level - 1))) - 1);
                    _map.Set(false, 0, level, frame, fast.NewSpte, _sequence, state.Lane.Index);
                    _checks.Check(new Spte(fast.NewSpte, Config.Layout), level, frame, isL1: true, row);
                }

                break;
            case FaultEvent.MarkMmio: group.MarkMmio = true; break;
            case FaultEvent.HandleMmio: group.HandleMmio = true; break;
            case FaultEvent.CheckMmio: group.CheckMmio = true; break;
            case FaultEvent.Walk:
                var walk = KvmMmuPagetableWalk.Over(row);
                group.BeginWalk(walk.Addr, walk.Pferr);
                break;
            case FaultEvent.Element:
                var element = KvmMmuPagingElement.Over(row);
                group.AddElement(element.Pte, element.Level);
                break;
            case FaultEvent.WalkerError:
                if (group.InMatchingWalk)
                {
                    group.WalkError = true;
                    group.WalkErrorPferr = KvmMmuWalkerError.Over(row).Pferr;
                }

                break;
            case FaultEvent.UnsyncPage: group.Unsync = true; break;
            case FaultEvent.SplitHuge: group.Split = true; break;
            case FaultEvent.UnmapHva: group.OwnUnmap = true; break;
            case FaultEvent.SetSpteHva: group.OwnSetHva = true; break;
            case FaultEvent.AsyncPf: group.AsyncPf = true; break;
            case FaultEvent.Emulate: group.Emulations++; break;
            case FaultEvent.Mmio:
                group.Mmios++;
                group.MmioWrite |= row[MmioType] == 2;
                break;
            case FaultEvent.FastMmio: group.FastMmio = true; break;
            case FaultEvent.UserspaceExit:
                Release(state, row.Time);
                var exit = KvmUserspaceExit.Over(row);
                if (exit.IsError) group.UserspaceError = true;
                else if (group.UserspaceReason < 0) group.UserspaceReason = (int)exit.Reason;
                break;
            case FaultEvent.InjException:
                if (row.Has(0) && row[ExceptionNumber] == 14) group.InjectedPf = true;
                else group.InjectedOther = true;
                break;
            case FaultEvent.PmlFull: group.PmlFull = true; break;
            case FaultEvent.NestedInject:
                var inject = KvmNestedVmexitInject.Over(row);
                if (group.Injections++ == 0)
                {
                    group.InjectReason = inject.Reason;
                    group.InjectInfo1 = inject.ExitInfo1;
                    group.InjectInfo2 = inject.ExitInfo2;
                }

                break;
            default:
                return;
        }

        group.Save(row);
    }

    /// <summary>
    /// RET_PF_FIXED and RET_PF_SPURIOUS: 4 and 5 up to about 6.11, 5 and 6 since RET_PF_WRITE_PROTECTED. Text has both words
    /// ready. "Fixed" is KVM's claim: the SPTE need not have changed.
    /// </summary>
    private (bool Fixed, bool Spurious) FastOutcome(in EventRow row, FastPageFault fast)
    {
        if (!row.Has(FastRet)) return (fast.Fixed, fast.Spurious);
        var changed = ((fast.OldSpte ^ fast.NewSpte) & ~0x360UL) != 0;
        var old = Config.Kernel == KvmKernel.V61;
        return fast.Ret switch
        {
            4 => (changed || old, false),
            5 => (changed || !old, !changed && old),
            6 => (false, true),
            _ => (false, false),
        };
    }

    private static readonly int FastRet = KnownKinds.Slot("fast_page_fault", "ret");
    private static readonly int MsrNumber = KnownKinds.Slot("kvm_msr", "ecx");
    private static readonly int MsrWrite = KnownKinds.Slot("kvm_msr", "write");
    private static readonly int MsrData = KnownKinds.Slot("kvm_msr", "data");
    private static readonly int MmioType = KnownKinds.Slot("kvm_mmio", "type");
    private static readonly int ExceptionNumber = KnownKinds.Slot("kvm_inj_exception", "exception");

    private void Release(LaneFaults state, long time)
    {
        if (state.HeldInvalidation == 0) return;
        _invalidations.Release(state.HeldInvalidation, time);
        state.HeldInvalidation = 0;
    }

    private void Close(LaneFaults state, long time)
    {
        var group = state.Group;
        group.IsOpen = false;
        group.LastTime = time;
        Release(state, time);
        if (group.Walked && (group.WalkedFirst || group.Injections > 0) && group.Access.Mode != FaultMode.Shadow) group.Level = GuestLevel.L2;
        var isL2 = group.Level == GuestLevel.L2 && group.Walked && group.Access.Mode != FaultMode.Shadow;
        NestedAnswer? answer = null;
        if (isL2)
        {
            LearnMbec12(state, group);
            answer = Nested(state, group);
            group.Before = default;
            if (_map.TryGet(true, 0, 1, ShadowKey(group), out var spte, out var when, out var writer) && when < _sequence && group.Sets == 0)
                group.Before = new SpteKnowledge(SpteState.Known, spte, 1, when, writer);
        }

        else if (group.Access.Mode != FaultMode.Shadow && !_severalSpaces)
        {
            group.After = _map.Find(false, 0, group.Gfn, state.Lane.Index, Config.Layout);
        }

        _context.Fill(group, answer, Config.Layout);
        Judgement judgement = default;
        foreach (var rule in FaultRules.All)
        {
            if (rule.Judge(_context) is not { } said) continue;
            judgement = said;
            break;
        }

        var verdict = judgement.Verdict;
        if (!Config.MmuEvents && judgement.Unresolved == Unresolved.No && verdict is not (FaultVerdict.ExpectedMmioCached or FaultVerdict.ExpectedMmioFirst))
            verdict = FaultVerdict.Undecidable;
        var record = new FaultRecord(group.Time, state.Lane.Tid, group.Level, group.Gpa, group.Access, verdict);
        if (judgement.Unresolved != Unresolved.No) Join(state, record, judgement);
        else Decide(state, record, judgement);
        if ((state.Faults & 15) == 0 && state.Runs.Count > 0) DropStale(state);
    }

    private static bool Covers(ulong gfn, int level, ulong target) => level is >= 1 and <= 5 && gfn >> (9 * (level - 1)) == target >> (9 * (level - 1));

    /// <summary>L2's SPTE of a frame, by L1's root and both frames: several roots may map one frame differently.</summary>
    private static ulong ShadowKey(FaultGroup group)
    {
        var key = group.Gfn * 0x9e37_79b9_7f4a_7c15;
        key = (key ^ (group.ElementCount > 0 ? group.Elements[0].Pte >> 12 : 0)) * 0xff51_afd7_ed55_8ccd;
        return key ^ key >> 29;
    }

}
