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
public sealed class FaultJudge : TraceObserver
{
    private const ulong MbecOffered = 1UL << 54;

    private readonly FaultEvents _events = new();
    private readonly GuestMemoryMap _map = new();
    private readonly InvalidationLog _invalidations = new();
    private readonly SpteChecks _checks = new();
    private readonly FaultTally _tally;
    private readonly FaultContext _context;
    private readonly NestedTables _nested;
    private readonly Dictionary<int, LaneFaults> _lanes = [];
    private readonly Dictionary<int, int> _vcpuOwner = [];
    private LaneFaults? _last;
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
                if (!state.IsOpen) _invalidations.Add(row.Time, lane.Index, wholeSlot: false);
                break;
            case FaultEvent.SyncPage: _map.ForgetShadow(_sequence); break;
            case FaultEvent.ZapAllFast:
                _map.ForgetAll(_sequence);
                _slotZapSequence = _sequence;
                _invalidations.Add(row.Time, lane.Index, wholeSlot: true);
                break;
            case FaultEvent.UnmapHva:
                if (!Config.TdpMmu) _map.ForgetDirect(_sequence);
                _map.ForgetShadow(_sequence);
                _invalidations.Add(row.Time, lane.Index, wholeSlot: false);
                break;
            case FaultEvent.SetSpteHva when !state.IsOpen: _invalidations.Add(row.Time, lane.Index, wholeSlot: false); break;
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
                Close(state);
            }

            foreach (var run in state.Runs.Values) CloseRun(run);
            state.Runs.Clear();
        }

        _tally.Flush();
    }

    public override void OnEnd()
    {
        foreach (var state in _lanes.Values)
        {
            if (state.IsOpen) Close(state);
            foreach (var run in state.Runs.Values) CloseRun(run);
            state.Runs.Clear();
        }

        _tally.Flush();
    }

    private LaneFaults StateOf(VcpuLane lane)
    {
        if (!_lanes.TryGetValue(lane.Index, out var state)) _lanes[lane.Index] = state = new LaneFaults(lane);
        return _last = state;
    }

    private void OnEntry(LaneFaults state, in EventRow row)
    {
        var entry = KvmEntry.Over(row);
        if (entry.HasVcpuId)
        {
            if (!_vcpuOwner.TryGetValue(entry.VcpuId, out var owner)) _vcpuOwner[entry.VcpuId] = state.Lane.Index;
            else if (owner != state.Lane.Index) _map.SeveralVms = true;
        }

        if (state.IsOpen)
        {
            state.Group.HasEntry = true;
            state.Group.Save(row);
            Close(state);
        }

        state.EntrySequence = _sequence;
        state.HasExit = state.HasNestedExit = false;
    }

    private void OnExit(LaneFaults state, in EventRow row)
    {
        if (state.IsOpen) Close(state);
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
        if (state.IsOpen) Close(state);
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

    private void OnSetSpte(LaneFaults state, in EventRow row)
    {
        var set = KvmMmuSetSpte.Over(row);
        var group = state.Group;
        var isL2 = group.IsOpen && group.Walked && group.Access.Mode != FaultMode.Shadow && (group.Level == GuestLevel.L2 || group.WalkedFirst);
        var leaf = set.Level == 1 || (set.Spte & SpteLayout.PageSize) != 0;
        if (!isL2) Config.SeeSpte(set.Spte, leaf);
        var spte = new Spte(set.Spte, Config.Layout);
        if (spte.IsAccessTracked) Config.EptAccessedDirty = false;
        var unknownLevel = !group.IsOpen && state.Lane.HasNested;
        _checks.Check(spte, set.Level, set.Gfn, isL1: !isL2 && !unknownLevel && !(group.IsOpen && group.Level == GuestLevel.L2), row);
        if (group.IsOpen && Covers(set.Gfn, set.Level, group.TargetGfn))
        {
            group.Sets++;
            group.SetSpte = set.Spte;
            group.SetLevel = set.Level;
            var mask = (1UL << (9 * (set.Level - 1))) - 1;
            if (group.Requested && spte.IsPresent && spte.Pfn != (group.RequestedPfn & ~mask)) _checks.WrongPfn(spte, set.Gfn, group.RequestedPfn & ~mask, row);
            if (isL2) CheckAgainstL1(state, group, spte, set.Gfn, row);
            if (isL2) _map.Set(true, 0, 1, ShadowKey(group), set.Spte, _sequence, state.Lane.Index);
        }
        else if (group.IsOpen)
        {
            group.OtherSets++;
        }

        if (!isL2 && !Config.TdpMmu)
        {
            if (unknownLevel) _map.Forget(false, 0, set.Level, set.Gfn, _sequence, state.Lane.Index);
            else _map.Set(false, 0, set.Level, set.Gfn, set.Spte, _sequence, state.Lane.Index);
        }
    }

    /// <summary>Invariant 2: an L2 SPTE grants no more than the entries that were walked for it.</summary>
    private void CheckAgainstL1(LaneFaults state, FaultGroup group, Spte spte, ulong gfn, in EventRow row)
    {
        if (group.ElementCount == 0 || group.LeafGfn is null || !spte.IsPresent || spte.IsAccessTracked) return;
        var all = ulong.MaxValue;
        var nx = 0UL;
        foreach (var (pte, _) in group.Walk) (all, nx) = (all & pte, nx | pte);
        var ept = group.Access.Mode == FaultMode.Ept;
        var what = spte.Writable && (all & 2) == 0 ? "W"
            : ept && spte.SupervisorExec && (all & 4) == 0 ? "XS"
            : ept && spte.UserExec && (all >> 10 & 1) == 0 && (state.FeatureRole12 ?? _mbec12Learned) ? "XU"
            : !ept && spte.SupervisorExec && nx >> 63 != 0 ? "execute"
            : null;
        if (what is not null) _checks.TooMuchForL1(spte, gfn, what, row);
    }

    private void OnTdpChanged(LaneFaults state, in EventRow row)
    {
        Config.TdpMmu = true;
        var changed = KvmTdpMmuSpteChanged.Over(row);
        _severalSpaces |= changed.AsId != 0;
        var layout = Config.Layout;
        Config.SeeSpte(changed.OldSpte, changed.Level == 1 || (changed.OldSpte & SpteLayout.PageSize) != 0);
        Config.SeeSpte(changed.NewSpte, changed.Level == 1 || (changed.NewSpte & SpteLayout.PageSize) != 0);
        var spte = new Spte(changed.NewSpte, layout);
        var lane = state.Lane.Index;
        _checks.Check(spte, changed.Level, changed.Gfn, isL1: true, row);
        var zap = !spte.IsPresent;
        if (zap && !state.IsOpen && new Spte(changed.OldSpte, layout).IsPresent) _invalidations.Add(row.Time, lane, wholeSlot: false);
        // Roots have no name in this event: after a memslot deletion a zap may be of the dead root, the frame mapped anew in the live one.
        if (zap && _slotZapSequence >= 0 && _map.TryGet(false, changed.AsId, changed.Level, changed.Gfn, out var known, out var when, out _) &&
            when > _slotZapSequence && new Spte(known, layout).WithoutAccessedDirty != new Spte(changed.OldSpte, layout).WithoutAccessedDirty)
        {
            _map.Forget(false, changed.AsId, changed.Level, changed.Gfn, _sequence, lane);
        }
        else
        {
            _map.Set(false, changed.AsId, changed.Level, changed.Gfn, changed.NewSpte, _sequence, lane);
        }

        var group = state.Group;
        if (!group.IsOpen || (group.Level == GuestLevel.L2 && group.Walked) || !Covers(changed.Gfn, changed.Level, group.TargetGfn)) return;
        if (spte.IsPresent && !spte.IsLeaf(changed.Level)) return;
        if (zap)
        {
            group.ZappedHere = true;
            return;
        }

        if (group.TdpChanges == 0) group.TdpOld = changed.OldSpte;
        group.TdpChanges++;
        group.TdpNew = changed.NewSpte;
        group.TdpLevel = changed.Level;
    }

    private void OnGetPage(LaneFaults state, in EventRow row)
    {
        var page = KvmMmuGetPage.Over(row);
        if (!page.HasRole) return;
        if ((ShadowPageRoleLayout)page.RoleLayout == ShadowPageRoleLayout.FourAccessBits) Config.SeeRequestedAccess();
        if (page.RoleKnown != uint.MaxValue) return;
        // Before 7.2 bit 20 is unused, and nobody asks; the generation may become known only later.
        var guestMode = (page.Role >> 17 & 1) != 0;
        var smep = (page.Role >> 20 & 1) != 0;
        if (!guestMode)
        {
            if ((page.Role >> 7 & 1) != 0 && !Config.ShadowPaging) Config.SeeDirectRole(page.Role);
        }
        else
        {
            state.FeatureRole12 = smep;
        }
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

    private void Close(LaneFaults state)
    {
        var group = state.Group;
        group.IsOpen = false;
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

    private void Decide(LaneFaults state, in FaultRecord record, Judgement judgement)
    {
        var group = state.Group;
        if (state.Runs.Count > 0) CloseRunsOf(state, group.Level, group.Gfn);
        _tally.Decided(record, group.Slot);
        if (!record.Verdict.IsBug()) return;
        var bug = _tally.CaseOf(record.Verdict, state.Lane, group.Level, group.Gpa, group.Access, group.Rip, group.Time, judgement, _context, group);
        if (bug is null) return;
        bug.Count++;
        bug.LastNs = group.Time;
        if (bug.Observations.Count < BugCase.MaxObservations) bug.Observations.Add(FaultObservation.Of(_context, Unresolved.No));
    }

    private void Join(LaneFaults state, in FaultRecord record, Judgement judgement)
    {
        var group = state.Group;
        var key = new FaultRun.Identity(group.Level, group.Gfn, group.Access.Code, group.Rip);
        if (!state.Runs.TryGetValue(key, out var run))
        {
            if (state.Runs.Count >= LaneFaults.MaxRuns) CloseOldest(state);
            state.Runs[key] = run = new FaultRun(key, state.Lane) { First = group.Time, Access = group.Access, Gpa = group.Gpa };
        }

        run.Count++;
        run.Last = group.Time;
        run.LastFault = state.Faults;
        run.CutShort |= group.Lost;
        run.Requested |= group.Requested;
        run.Looks[(int)record.Verdict]++;
        switch (judgement.Unresolved)
        {
            case Unresolved.Nothing: run.Nothing++; break;
            case Unresolved.Denied: run.Denied++; break;
            case Unresolved.Granted: run.Granted++; break;
            default: run.Widened++; break;
        }

        if (run.Count is 1 or 3)
        {
            run.Why = judgement.Why(_context);
            run.Evidence = group.DetachEvidence();
        }

        if (run.Observations.Count < 8 || (run.Observations.Count < BugCase.MaxObservations && (run.Count & (run.Count - 1)) == 0))
            run.Observations.Add(FaultObservation.Of(_context, judgement.Unresolved));
        if (_tally.Waits(record, run, group.Slot) is not { } oldest) return;
        CloseRun(oldest);
        foreach (var lane in _lanes.Values)
            if (lane.Runs.TryGetValue(oldest.Key, out var same) && ReferenceEquals(same, oldest)) lane.Runs.Remove(oldest.Key);
        _tally.Flush();
    }

    private void CloseRunsOf(LaneFaults state, GuestLevel level, ulong frame)
    {
        List<FaultRun.Identity>? over = null;
        foreach (var run in state.Runs.Values)
        {
            if (run.Key.Level != level || run.Key.Frame != frame) continue;
            CloseRun(run, resolved: true);
            (over ??= []).Add(run.Key);
        }

        if (over is null) return;
        foreach (var key in over) state.Runs.Remove(key);
    }

    private void DropStale(LaneFaults state)
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
        _tally.Flush();
    }

    private void CloseOldest(LaneFaults state)
    {
        var oldest = state.Runs.Values.MinBy(r => r.LastFault)!;
        CloseRun(oldest, stale: true);
        state.Runs.Remove(oldest.Key);
        _tally.Flush();
    }

    private void CloseRun(FaultRun run, bool resolved = false, bool stale = false)
    {
        run.IsClosed = true;
        run.Verdict = RunVerdict(run, resolved, stale);
        if (run.Verdict == FaultVerdict.Open)
        {
            for (var i = 0; i < run.Looks.Length; i++)
                if (run.Looks[i] > 0) _tally.Count((FaultVerdict)i, run.Looks[i]);
            return;
        }

        _tally.Count(run.Verdict, run.Count);
        if (run.Verdict == FaultVerdict.Undecidable && run.Count >= LivelockShape.MinRepeats && LivelockShaped.Count < LivelockShape.MaxKept)
            LivelockShaped.Add(new LivelockShape(run.Lane.Tid, run.Lane.Vcpu, run.Lane.Comm, run.Key.Level, run.Gpa, run.Access, run.Key.Rip, run.Count, run.First, run.Last, run.Evidence));
        if (!run.Verdict.IsBug()) return;
        var bug = _tally.CaseOf(run.Verdict, run.Lane, run.Key.Level, run.Gpa, run.Access, run.Key.Rip, run.First, run);
        if (bug is null) return;
        bug.Count += run.Count;
        bug.LastNs = Math.Max(bug.LastNs, run.Last);
        foreach (var seen in run.Observations)
            if (bug.Observations.Count < BugCase.MaxObservations) bug.Observations.Add(seen);
    }

    private FaultVerdict RunVerdict(FaultRun run, bool resolved, bool stale)
    {
        if (!Config.MmuEvents) return FaultVerdict.Undecidable;
        var granted = run.Granted + run.Widened;
        // What an invalidation takes away the map has forgotten, so no excuse is asked for here.
        if (granted >= FaultRun.GrantedRepeats && granted * 2 >= run.Count) return FaultVerdict.BugAlreadyGranted;
        if (run.Count >= FaultRun.LivelockRepeats)
        {
            if (run.Denied * 2 >= run.Count) return FaultVerdict.LivelockNoProgressSpte;
            return _invalidations.Covered(run.Lane.Index, run.First, run.Last, run.Count) >= 0.5 ? FaultVerdict.RetryStorm : FaultVerdict.Livelock;
        }

        if (resolved || run.Nothing < run.Count) return FaultVerdict.Open;
        if (run.CutShort) return FaultVerdict.Undecidable;
        if (!stale) return FaultVerdict.Open;
        return _invalidations.Covered(run.Lane.Index, run.First, run.Last + 1, run.Count) > 0 ? FaultVerdict.ExpectedRetry : FaultVerdict.Unexplained;
    }

    private void LearnMbec12(LaneFaults state, FaultGroup group)
    {
        if (group.ElementCount > 0 && group.Injections == 0 && group.Sets > 0 && state.FeatureRole12 != true && (group.Elements[group.ElementCount - 1].Pte & 7) == 4) Config.ExecOnlySeen = true;
        if (_mbec12Learned || group.Access.Mode != FaultMode.Ept || (Config.KernelKnown && Config.Kernel.IsBefore72())) return;
        var parentsHaveXu = group.ElementCount > 1;
        for (var i = 0; i < group.ElementCount; i++)
        {
            var pte = group.Elements[i].Pte;
            var xs = (pte >> 2 & 1) != 0;
            var xu = (pte >> 10 & 1) != 0;
            var last = i == group.ElementCount - 1;
            if (xu && !xs) _mbec12Learned = true;
            if (last && xs && !xu && parentsHaveXu) _mbec12Learned = true;
            parentsHaveXu &= xu;
        }

        if (group.Injections > 0 && (group.InjectReason & 0xffff) == FaultCode.EptViolation)
        {
            if ((group.InjectInfo1 & 0xe40) != 0) Config.SeeInjectedBits();
            if ((group.InjectInfo1 >> 6 & 1) != 0) _mbec12Learned = true;
            if ((group.InjectInfo1 & 0xe00) != 0) _advancedInfoSeen = true;
        }

        if (_mbec12Learned) Config.SeeMbec("EPT12 entries or injected qualifications use XU, which L1 can only do where MBEC is offered");
    }

    private NestedAnswer? Nested(LaneFaults state, FaultGroup group)
    {
        if (group.Access.Mode != FaultMode.Ept) return _nested.Answer(group, mbec12: false, !Config.Kernel.IsBefore72() && state.FeatureRole12 == true);
        if (!Config.KernelKnown) return AnyGeneration(group);
        if (Config.Kernel.IsBefore72())
        {
            group.Mbec12 = false;
            return _nested.Answer(group, mbec12: false, gmet12: false);
        }

        group.Mbec12 = state.FeatureRole12 ?? (_mbec12Learned ? true : null);
        if (group.Mbec12 is { } mbec) return WithAdvanced(_nested.Answer(group, mbec, gmet12: false));
        // Nothing tells whether L1 uses MBEC: take the reading that fits what KVM did.
        var off = _nested.Answer(group, mbec12: false, gmet12: false);
        var on = _nested.Answer(group, mbec12: true, gmet12: false);
        var reflected = group.Injections > 0;
        if (on is null || off is null || (off.Outcome != NestedOutcome.Ok) == reflected) return WithAdvanced(off) is { } a ? a with { Mask = a.Mask & ~0x40UL } : null;
        return (on.Outcome != NestedOutcome.Ok) == reflected ? on with { Mask = on.Mask & ~0x40UL } : off;
    }

    /// <summary>The generation is not known yet: the reading that fits what KVM did, and the bits that all agree on.</summary>
    private NestedAnswer? AnyGeneration(FaultGroup group)
    {
        var reflected = group.Injections > 0;
        NestedAnswer? first = null;
        foreach (var (kernel, mbec) in ((KvmKernel, bool)[])[(KvmKernel.V61, false), (KvmKernel.V72, false), (KvmKernel.V72, true)])
        {
            if (_nested.Answer(group, mbec, gmet12: false, kernel) is not { } answer) return null;
            first ??= answer;
            if ((answer.Outcome != NestedOutcome.Ok) != reflected || (reflected && ((answer.Info ^ group.InjectInfo1) & answer.Mask) != 0)) continue;
            return answer;
        }

        return first;
    }

    private NestedAnswer? WithAdvanced(NestedAnswer? answer) => answer is not null && _advancedInfoSeen ? answer with { Mask = answer.Mask | 0xe00 } : answer;

    private static bool Covers(ulong gfn, int level, ulong target) => level is >= 1 and <= 5 && gfn >> (9 * (level - 1)) == target >> (9 * (level - 1));

    /// <summary>L2's SPTE of a frame, by L1's root and both frames: several roots may map one frame differently.</summary>
    private static ulong ShadowKey(FaultGroup group)
    {
        var key = group.Gfn * 0x9e37_79b9_7f4a_7c15;
        key = (key ^ (group.ElementCount > 0 ? group.Elements[0].Pte >> 12 : 0)) * 0xff51_afd7_ed55_8ccd;
        return key ^ key >> 29;
    }

}
