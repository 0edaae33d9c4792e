using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// One kvm_page_fault and all that its thread did until the next kvm_entry. One object a lane, reused; the saved events
/// are the evidence.
/// </summary>
internal sealed class FaultGroup
{
    public const int MaxElements = 8;

    /// <summary>KVM_EXIT_INTR.</summary>
    public const int KvmExitIntr = 10;

    private const int MaxEvidence = 14;

    private readonly SavedEvent[] _evidence = new SavedEvent[MaxEvidence];
    private int _evidenceCount;

    public FaultGroup()
    {
        for (var i = 0; i < MaxEvidence; i++) _evidence[i] = new SavedEvent();
    }

    public bool IsOpen;

    /// <summary>Place in the order of all faults; null if nobody wants each.</summary>
    public FaultSlot? Slot;
    public long Time;

    /// <summary>When it was closed.</summary>
    public long LastTime;
    public ulong Rip;
    public ulong Gpa;
    public FaultAccess Access;
    public GuestLevel Level;

    /// <summary>
    /// The SPTE, without A and D, that the thread's last exit, the same fault, was given; null for any other fault. What takes it
    /// away flushes the TLB, and that makes the vCPU leave the guest.
    /// </summary>
    public ulong? GivenBefore;

    /// <summary>kvm_entry ended it, not the end of the trace or lost events.</summary>
    public bool HasEntry;
    public bool Lost;

    public bool Requested;
    public ulong RequestedGfn;
    public ulong RequestedPfn;
    public int RequestedLevel;

    public int FastTries;
    public ulong FastOld;
    public ulong FastNew;
    public bool FastFixed;
    public bool FastSpurious;

    /// <summary>kvm_mmu_set_spte for the faulting frame.</summary>
    public int Sets;
    public ulong SetSpte;

    /// <summary>Where it stands, by its physical address.</summary>
    public ulong SetAt;
    public int SetLevel;

    /// <summary>kvm_tdp_mmu_spte_changed of the leaf of the faulting frame.</summary>
    public int TdpChanges;
    public ulong TdpOld;
    public ulong TdpNew;
    public int TdpLevel;

    public bool MarkMmio;
    public bool HandleMmio;

    /// <summary>The generation of an MMIO marker was compared.</summary>
    public bool CheckMmio;
    public bool FastMmio;
    public int Mmios;
    public bool MmioWrite;
    public int Emulations;

    /// <summary>KVM_EXIT_*; -1 for none. A signal counts as <see cref="KvmExitIntr"/>, whether KVM_RUN tells it by reason or by EINTR.</summary>
    public int UserspaceReason;

    /// <summary>KVM_RUN failed, and not for a signal.</summary>
    public bool UserspaceError;
    public bool InjectedPf;
    public bool InjectedOther;
    public bool OwnUnmap;
    public bool OwnSetHva;
    public bool AsyncPf;
    public bool Unsync;
    public bool Split;
    public bool PmlFull;
    public bool ZappedHere;

    /// <summary>The mapping that was made is gone again, by this thread, before the guest is entered.</summary>
    public bool ZappedAfter;

    /// <summary>RIP of the kvm_entry that ended it; null where it has none.</summary>
    public ulong? EntryRip;

    /// <summary>The guest goes on where the fault was: nothing was emulated.</summary>
    public bool SameRip => HasEntry && EntryRip is { } entry && Rip != 0 && entry == Rip;

    /// <summary>The guest goes on elsewhere: the instruction was emulated, or another guest or mode is entered.</summary>
    public bool WentOn => HasEntry && EntryRip is { } entry && Rip != 0 && entry != Rip;

    /// <summary>A walk of the faulting address was seen; its entries, top level first.</summary>
    public bool Walked;
    public uint WalkPferr;
    public int ElementCount;
    public readonly WalkElementSeen[] Elements = new WalkElementSeen[MaxElements];
    public bool WalkError;
    public uint WalkErrorPferr;
    public bool WalkChanged;
    public bool InMatchingWalk;

    /// <summary>The walk came before the mapping: nested tables were walked, so the fault is L2's, even if kvm_nested_vmexit is missing.</summary>
    public bool WalkedFirst;
    private bool _secondWalk;
    private int _secondIndex;

    public int Injections;
    public uint InjectReason;
    public ulong InjectInfo1;
    public ulong InjectInfo2;

    /// <summary>The last SPTE known before this fault, and what is known of it.</summary>
    public SpteKnowledge Before;

    /// <summary>The SPTE known when the group was closed; L1's faults alone.</summary>
    public SpteKnowledge After;

    /// <summary>Running number of the fault among all events.</summary>
    public long Sequence;

    /// <summary>Index of the thread's lane.</summary>
    public int Lane;

    /// <summary>The lane's last kvm_entry before the fault, as a running number of events.</summary>
    public long EntrySequence;

    /// <summary>MBEC that L1 uses for L2 when the fault was taken; null where nothing tells.</summary>
    public bool? Mbec12;

    public ReadOnlySpan<WalkElementSeen> Walk => Elements.AsSpan(0, ElementCount);

    public ulong Gfn => Gpa >> 12;

    /// <summary>Frame of the mapping asked for: L1's frame also for L2 faults.</summary>
    public ulong TargetGfn => Requested ? RequestedGfn : Walked && LeafGfn is { } gfn ? gfn : Gfn;

    /// <summary>The L1 frame that the walked leaf maps the faulting address to; null if the walk did not get there.</summary>
    public ulong? LeafGfn
    {
        get
        {
            if (ElementCount == 0) return null;
            var last = Elements[ElementCount - 1];
            if (last.Level > 3 || (last.Level > 1 && (last.Pte & 0x80) == 0)) return null;
            var mask = (1UL << (9 * (last.Level - 1))) - 1;
            return (last.Pte >> 12 & 0xff_ffff_ffff & ~mask) | (Gfn & mask);
        }
    }

    /// <summary>Copies of the events that outlive the group.</summary>
    public IReadOnlyList<SavedEvent> DetachEvidence()
    {
        var copies = new SavedEvent[_evidenceCount];
        for (var i = 0; i < copies.Length; i++) copies[i] = _evidence[i].Detach();
        return copies;
    }

    public void Open(in EventRow row, FaultAccess access, ulong gpa, ulong rip, GuestLevel level, SavedEvent? exit, SavedEvent? nestedExit)
    {
        IsOpen = true;
        Time = row.Time;
        Rip = rip;
        Gpa = gpa;
        Access = access;
        Level = level;
        HasEntry = Lost = Requested = FastFixed = FastSpurious = false;
        FastTries = Sets = TdpChanges = Mmios = Emulations = ElementCount = Injections = 0;
        MarkMmio = HandleMmio = CheckMmio = FastMmio = MmioWrite = UserspaceError = InjectedPf = InjectedOther = false;
        OwnUnmap = OwnSetHva = AsyncPf = Unsync = Split = PmlFull = ZappedHere = ZappedAfter = false;
        EntryRip = null;
        Walked = WalkError = WalkChanged = InMatchingWalk = WalkedFirst = _secondWalk = false;
        UserspaceReason = -1;
        Before = After = default;
        LastTime = Time;
        Mbec12 = null;
        WalkPferr = WalkErrorPferr = 0;
        _evidenceCount = 0;
        if (exit is not null) _evidence[_evidenceCount++].CopyFrom(exit);
        if (nestedExit is not null) _evidence[_evidenceCount++].CopyFrom(nestedExit);
        Save(row);
    }

    public void Save(in EventRow row)
    {
        if (_evidenceCount == MaxEvidence) _evidenceCount--;
        _evidence[_evidenceCount++].CopyFrom(row, withText: true);
    }

    /// <summary>A walk begins; only those of the faulting address matter.</summary>
    public void BeginWalk(ulong address, uint pferr)
    {
        InMatchingWalk = address == Gpa || (Access.Mode != FaultMode.Shadow && address >> 12 == Gpa >> 12);
        if (!InMatchingWalk) return;
        _secondWalk = Walked;
        _secondIndex = 0;
        if (Walked) return;
        Walked = true;
        WalkPferr = pferr;
    }

    public void AddElement(ulong pte, int level)
    {
        if (!InMatchingWalk) return;
        if (_secondWalk)
        {
            // A and D bits are set by the walk itself.
            if (_secondIndex < ElementCount && ((Elements[_secondIndex].Pte ^ pte) & ~0x360UL) != 0) WalkChanged = true;
            _secondIndex++;
        }
        else if (ElementCount < MaxElements)
        {
            Elements[ElementCount++] = new WalkElementSeen(pte, level);
        }
    }
}
