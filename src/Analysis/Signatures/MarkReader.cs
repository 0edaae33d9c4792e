using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>Reads the marks of one event from its kind and fields; the same for rows and for saved events.</summary>
internal sealed class MarkReader
{
    private const uint Valid = 1u << 31;
    private const ulong HpetPage = 0xfed00;

    /// <summary>TSC cycles; timers are advanced by some microseconds on purpose (lapic_timer_advance).</summary>
    private const long MuchTooEarly = -1_000_000;
    private const uint IoapicEoi = 26, ArmNisv = 28;

    private readonly Read?[] _readers = new Read?[EventCatalogSize];

    /// <summary>By kind: marks that such an event has whatever it says, and those it has if it was understood.</summary>
    private readonly TripMarks[] _always = new TripMarks[EventCatalogSize];
    private readonly TripMarks[] _understood = new TripMarks[EventCatalogSize];
    private readonly bool[] _cares = new bool[EventCatalogSize];
    private static readonly int ExitIntr = Slot("kvm_exit", "intr_info");

    public MarkReader()
    {
        foreach (var shape in KvmEvents.All)
            if (shape.System == "kvmmmu") (_always[EventCatalog.KindOf(shape)], _cares[EventCatalog.KindOf(shape)]) = (TripMarks.MmuEvent, true);
        for (var kind = 0; kind < EventCatalogSize; kind++)
            if (KnownKinds.IsExit(kind)) On(kind, Exit);
        On("kvm_page_fault", TripMarks.PageFault);
        On("kvm_mmu_set_spte", TripMarks.SpteSet);
        On("kvm_tdp_mmu_spte_changed", TripMarks.SpteSet);
        On("mark_mmio_spte", TripMarks.SpteSet);
        On("kvm_mmu_spte_requested", TripMarks.SpteRequested);
        On("kvm_mmu_get_page", TripMarks.ShadowPage);
        var (spurious, fixedSlot) = (Slot("fast_page_fault", "spurious"), Slot("fast_page_fault", "fixed"));
        On("fast_page_fault", (s, _) => s[spurious] != 0 || s[fixedSlot] != 0 ? TripMarks.FastFaultDone : TripMarks.FastFaultFailed);
        On("kvm_emulate_insn", Emulate);
        On("kvm_inj_exception", InjectException);
        On("kvm_inj_virq", (s, _) => TripMarks.InjectIrq | (s[2] != 0 ? TripMarks.Reinjected : 0));
        On("kvm_pio", TripMarks.Pio);
        var gpa = Slot("kvm_mmio", "gpa");
        On("kvm_mmio", (s, _) => TripMarks.Mmio | (s[gpa] >> 12 == HpetPage ? TripMarks.Hpet : 0));
        On("vcpu_match_mmio", TripMarks.Mmio);
        On("kvm_fast_mmio", TripMarks.FastMmio);
        On("kvm_msr", Msr);
        On("kvm_userspace_exit", Userspace);
        On("kvm_nested_vmexit", TripMarks.NestedExit);
        var injected = Slot("kvm_nested_vmexit_inject", "exit_code");
        On("kvm_nested_vmexit_inject", (s, _) => TripMarks.NestedInject | ((uint)s[injected] is 1 or 0x60 ? TripMarks.NestedInjectIrq : 0));
        On("kvm_nested_vmenter", TripMarks.NestedEnter);
        On("kvm_nested_vmrun", TripMarks.NestedEnter);
        var level = Slot("kvm_set_irq", "level");
        On("kvm_set_irq", (s, _) => s[level] != 0 ? TripMarks.IrqRaised : TripMarks.IrqLowered);
        On("kvm_eoi", TripMarks.Eoi);
        On("kvm_apic", Apic);
        On("kvm_ple_window_update", (s, _) => s[3] == 0 ? TripMarks.PleGrown : 0);
        On("kvm_ple_window", (s, _) => s[2] != 0 ? TripMarks.PleGrown : 0);
        On("kvm_dirty_ring_push", TripMarks.DirtyRing);
        On("kvm_smm_transition", Smm);
        On("kvm_enter_smm", Smm);
        var pferr = Slot("kvm_mmu_walker_error", "pferr");
        On("kvm_mmu_walker_error", (s, _) => TripMarks.WalkError | ((s[pferr] & 9) == 9 ? TripMarks.WalkReserved : 0));
        On("kvm_mmu_paging_element", (s, _) => s[1] == 3 && (s[0] & 0x81) == 0x81 ? TripMarks.HugeEntry : 0);
        On("kvm_unmap_hva_range", TripMarks.HostUnmap);
        On("kvm_vcpu_wakeup", TripMarks.Wakeup);
        var delta = Slot("kvm_wait_lapic_expire", "delta");
        On("kvm_wait_lapic_expire", (s, _) => (long)s[delta] < MuchTooEarly ? TripMarks.TimerEarly : 0);
        On("kvm_cr", TripMarks.None); // no marks, but their values are kept
        On("kvm_cpuid", TripMarks.None);
    }

    private delegate TripMarks Read(ReadOnlySpan<ulong> slots, ulong presence);

    private static int EventCatalogSize => KvmEvents.All.Count + 2;

    /// <summary>Whether events of this kind carry marks at all, or values that are kept beside them.</summary>
    public bool Cares(int kind) => (uint)kind < (uint)_cares.Length && _cares[kind];

    public TripMarks Of(in EventRow row) => Of(row.Kind, row.HasFields, row.Slots);

    public TripMarks Of(SavedEvent saved) => Of(saved.Kind, saved.HasFields && saved.Shape is not null, saved.Slots);

    private TripMarks Of(int kind, bool hasFields, ReadOnlySpan<ulong> slots)
    {
        if ((uint)kind >= (uint)_always.Length) return 0;
        var marks = _always[kind];
        if (!hasFields) return marks;
        marks |= _understood[kind];
        return _readers[kind] is { } read ? marks | read(slots, slots[^1]) : marks;
    }

    private void On(string name, Read read)
    {
        if (KnownKinds.Kind(name) is >= 0 and var kind) On(kind, read);
    }

    private void On(int kind, Read read) => (_readers[kind], _cares[kind]) = (read, true);

    private void On(string name, TripMarks marks)
    {
        if (KnownKinds.Kind(name) is >= 0 and var kind) (_understood[kind], _cares[kind]) = (marks, true);
    }

    private static int Slot(string name, string field) => KnownKinds.Slot(name, field);

    /// <summary>
    /// Event delivery that the exit broke into: VMX has IDT-vectoring information in info2 since 5.10 (before that info2
    /// was interruption information, which an EPT exit does not have), SVM has EXITINTINFO in intr_info.
    /// </summary>
    private static TripMarks Exit(ReadOnlySpan<ulong> slots, ulong presence)
    {
        var reason = (uint)slots[1];
        var info1 = slots[4];
        var info2 = slots[5];
        var intr = (presence >> ExitIntr & 1) != 0 ? (uint)slots[ExitIntr] : 0;
        TripMarks marks = 0;
        switch ((Isa)slots[2])
        {
            case Isa.Vmx:
                reason &= 0xffff;
                if (reason is VmxExitReason.EptViolation or VmxExitReason.EptMisconfig)
                {
                    marks |= Vectoring((uint)info2);
                    if (reason == VmxExitReason.EptViolation) marks |= ((info1 & 4) != 0 ? TripMarks.FetchFault : 0) | ((info1 & 2) != 0 ? TripMarks.WriteFault : 0);
                }
                else if (reason == VmxExitReason.ExceptionNmi)
                {
                    var what = intr != 0 ? intr : (uint)info2;
                    if ((what & 0x8000_07ff) == 0x8000_0306) marks |= TripMarks.ExitIsUd;
                    if ((what & 0x8000_07ff) == 0x8000_030e) marks |= TripMarks.ExitIsPf;
                    if ((what & 0x8000_0700) == 0x8000_0200) marks |= TripMarks.ExitIsNmi;
                }

                break;
            case Isa.Svm:
                if (reason == SvmExitCode.Npf)
                {
                    marks |= Vectoring(intr) | ((info1 & 16) != 0 ? TripMarks.FetchFault : 0) | ((info1 & 2) != 0 ? TripMarks.WriteFault : 0);
                    if ((info1 & (1UL << 31 | 1UL << 35 | 1UL << 36)) != 0) marks |= TripMarks.RmpFault;
                }
                else if (reason == 0x46)
                {
                    marks |= TripMarks.ExitIsUd;
                }
                else if (reason == 0x4e)
                {
                    marks |= TripMarks.ExitIsPf;
                }
                else if (reason == 0x61)
                {
                    marks |= TripMarks.ExitIsNmi;
                }

                break;
        }

        return marks;
    }

    private static TripMarks Vectoring(uint info) => (info & Valid) == 0 ? 0 : (info >> 8 & 7) == 3 ? TripMarks.VectoringException : TripMarks.VectoringInterrupt;

    /// <summary>Bytes lie in memory order in two slots; see the shape.</summary>
    private static TripMarks Emulate(ReadOnlySpan<ulong> slots, ulong presence)
    {
        var marks = TripMarks.Emulate;
        if (slots[6] != 0) marks |= TripMarks.EmulateFailed;
        var first = slots[3] & 0xff;
        var second = slots[3] >> 8 & 0xff;
        if (slots[2] == 0 && TextRef.Length(slots[7]) == 0) marks |= TripMarks.EmulateNoBytes;
        else if (first == 0xf3 && second is 0xa4 or 0xa5) marks |= TripMarks.RepMovs;
        else if (first == 0x0f && second == 0xaa) marks |= TripMarks.Rsm;
        return marks;
    }

    private static TripMarks InjectException(ReadOnlySpan<ulong> slots, ulong presence)
    {
        var marks = TripMarks.InjectException | (slots[3] != 0 ? TripMarks.Reinjected : 0);
        if (slots[0] == 6) marks |= TripMarks.InjectUd;
        if (slots[0] == 13) marks |= TripMarks.InjectGp;
        if (slots[1] != 0 && slots[2] != 0) marks |= TripMarks.InjectErrorCode;
        return marks;
    }

    private static TripMarks Msr(ReadOnlySpan<ulong> slots, ulong presence)
    {
        var write = slots[0] != 0;
        var msr = (uint)slots[1];
        var marks = write ? TripMarks.MsrWrite : TripMarks.MsrRead;
        if (slots[3] != 0) marks |= TripMarks.MsrGp;
        if (write && msr == 0x6e0) marks |= TripMarks.TscDeadline;
        if (write && msr == 0x80b) marks |= TripMarks.Eoi;
        if (IsPmu(msr)) marks |= TripMarks.PmuMsr;
        return marks;
    }

    /// <summary>IA32_PMCx, IA32_PERFEVTSELx, full-width aliases, fixed counters and their control; AMD's PERF_CTLx/CTRx.</summary>
    private static bool IsPmu(uint msr) =>
        msr is (>= 0xc1 and <= 0xc8) or (>= 0x186 and <= 0x18d) or (>= 0x4c1 and <= 0x4c8) or (>= 0x309 and <= 0x30c) or (>= 0x38d and <= 0x391)
            or (>= 0xc001_0000 and <= 0xc001_0007) or (>= 0xc001_0200 and <= 0xc001_020b) or (>= 0xc000_0300 and <= 0xc000_0302);

    private static TripMarks Userspace(ReadOnlySpan<ulong> slots, ulong presence)
    {
        if ((presence >> 2 & 1) != 0) return TripMarks.Userspace | (slots[2] == 14 ? TripMarks.UserFault : 0);
        return TripMarks.Userspace | (uint)slots[0] switch
        {
            5 => TripMarks.UserHlt,
            8 => TripMarks.UserShutdown,
            17 => TripMarks.UserInternalError,
            IoapicEoi => TripMarks.UserIoapicEoi,
            ArmNisv => TripMarks.UserNisv,
            _ => 0,
        };
    }

    /// <summary>APIC_EOI is register 0xb0.</summary>
    private static TripMarks Apic(ReadOnlySpan<ulong> slots, ulong presence) =>
        TripMarks.Apic | (slots[0] != 0 && slots[1] == 0xb0 ? TripMarks.Eoi : 0);

    private static TripMarks Smm(ReadOnlySpan<ulong> slots, ulong presence) => slots[2] != 0 ? TripMarks.SmmEnter : 0;
}
