using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Parser.Events.KvmMmu;

namespace KvmTraceLab.Replay.Faults;

/// <summary>Fills the open fault's group from the events of its thread.</summary>
internal sealed class FaultCollector(ReplayConfig config, GuestMemoryMap map, InvalidationLog invalidations, SpteChecks checks)
{
    /// <summary>EINTR.</summary>
    private const int InterruptedCall = 4;

    private static readonly int FastRet = KnownKinds.Slot("fast_page_fault", "ret");
    private static readonly int MmioType = KnownKinds.Slot("kvm_mmio", "type");
    private static readonly int ExceptionNumber = KnownKinds.Slot("kvm_inj_exception", "exception");

    /// <summary>An event of the thread whose group is open.</summary>
    public void Collect(LaneFaults state, FaultEvent e, in EventRow row)
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
                if (group.Access.Mode == FaultMode.Shadow) group.Before = map.Find(false, 0, requested.Gfn, state.Lane.Index, config.Layout);
                break;
            case FaultEvent.FastPageFault:
                var fast = FastPageFault.Over(row);
                group.FastTries++;
                group.FastOld = fast.OldSpte;
                group.FastNew = fast.NewSpte;
                group.FastFixed = IsFixed(row, fast);
                group.FastSpurious = row.Has(FastRet) ? fast.Ret == 6 || (fast.Ret == 5 && !group.FastFixed) : fast.Spurious;
                if (group.FastFixed)
                {
                    var level = Math.Max(1, group.Before.Level);
                    var frame = group.Gfn & ~((1UL << (9 * (level - 1))) - 1);
                    map.Set(false, 0, level, frame, fast.NewSpte, state.Lane.Index);
                    checks.Check(new Spte(fast.NewSpte, config.Layout), level, frame, isL1: true, row);
                    checks.CheckFast(new Spte(fast.OldSpte, config.Layout), new Spte(fast.NewSpte, config.Layout), frame, row);
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
                state.Release(invalidations, row.Time);
                var exit = KvmUserspaceExit.Over(row);
                if (exit.IsError && exit.Error != InterruptedCall) group.UserspaceError = true;
                else if (group.UserspaceReason < 0) group.UserspaceReason = exit.IsError ? FaultGroup.KvmExitIntr : (int)exit.Reason;
                break;
            case FaultEvent.InjException:
                // What was being delivered when the fault came is delivered again: no answer to the fault.
                if (row[ExceptionNumber] == 14 && !KvmInjException.Over(row).Reinjected) group.InjectedPf = true;
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
    /// RET_PF_FIXED: 4 up to about 6.11, 5 since RET_PF_WRITE_PROTECTED, where 4 is RET_PF_INVALID and 5 was RET_PF_SPURIOUS. Text has
    /// the word ready, and so has a record whose own print format names the new numbers; else the generation decides, and where
    /// that is not certain what the SPTE was given. "Fixed" is KVM's claim: the SPTE need not have changed. One that changed need
    /// not be fixed either: it is read again when it is traced.
    /// </summary>
    private bool IsFixed(in EventRow row, FastPageFault fast)
    {
        if (!row.Has(FastRet)) return fast.Fixed;
        return (fast.Ret, fast.Fixed, config.Kernel) switch
        {
            (5, true, _) => true,
            (4, false, _) => false,
            (4, _, KvmKernel.V61) or (5, _, KvmKernel.V71 or KvmKernel.V72) => true,
            (4, _, KvmKernel.V71) or (5, _, KvmKernel.V61) => Gives(new Spte(fast.OldSpte, config.Layout), new Spte(fast.NewSpte, config.Layout)),
            _ => false,
        };
    }

    private static bool Gives(Spte old, Spte now) =>
        old.IsPresent && now.IsPresent && old.Pfn == now.Pfn && (old.IsAccessTracked ? !now.IsAccessTracked : now.Writable && !old.Writable);
}
