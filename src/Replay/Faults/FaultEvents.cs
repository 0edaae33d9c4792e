namespace KvmTraceLab.Replay.Faults;

/// <summary>From event numbers to <see cref="FaultEvent"/>: one table look-up an event.</summary>
internal sealed class FaultEvents
{
    private static readonly (string Name, FaultEvent Event)[] All =
    [
        ("kvm_entry", FaultEvent.Entry), ("kvm_exit", FaultEvent.Exit), ("kvm_page_fault", FaultEvent.PageFault),
        ("kvm_mmu_spte_requested", FaultEvent.SpteRequested), ("kvm_mmu_set_spte", FaultEvent.SetSpte),
        ("kvm_tdp_mmu_spte_changed", FaultEvent.TdpChanged), ("fast_page_fault", FaultEvent.FastPageFault),
        ("mark_mmio_spte", FaultEvent.MarkMmio), ("handle_mmio_page_fault", FaultEvent.HandleMmio), ("check_mmio_spte", FaultEvent.CheckMmio),
        ("kvm_mmu_pagetable_walk", FaultEvent.Walk), ("kvm_mmu_paging_element", FaultEvent.Element), ("kvm_mmu_walker_error", FaultEvent.WalkerError),
        ("kvm_mmu_get_page", FaultEvent.GetPage), ("kvm_mmu_prepare_zap_page", FaultEvent.PrepareZap), ("kvm_mmu_sync_page", FaultEvent.SyncPage),
        ("kvm_mmu_unsync_page", FaultEvent.UnsyncPage), ("kvm_mmu_zap_all_fast", FaultEvent.ZapAllFast), ("kvm_mmu_split_huge_page", FaultEvent.SplitHuge),
        ("kvm_unmap_hva_range", FaultEvent.UnmapHva), ("kvm_set_spte_hva", FaultEvent.SetSpteHva), ("kvm_try_async_get_page", FaultEvent.AsyncPf),
        ("kvm_async_pf_not_present", FaultEvent.AsyncPf), ("kvm_async_pf_repeated_fault", FaultEvent.AsyncPf), ("kvm_emulate_insn", FaultEvent.Emulate),
        ("kvm_mmio", FaultEvent.Mmio), ("kvm_fast_mmio", FaultEvent.FastMmio), ("kvm_userspace_exit", FaultEvent.UserspaceExit),
        ("kvm_inj_exception", FaultEvent.InjException), ("kvm_nested_vmexit", FaultEvent.NestedExit), ("kvm_nested_vmexit_inject", FaultEvent.NestedInject),
        ("kvm_msr", FaultEvent.Msr),
        ("kvm_cpuid", FaultEvent.Cpuid), ("kvm_pml_full", FaultEvent.PmlFull), ("kvm_write_tsc_offset", FaultEvent.Clock),
        ("kvm_track_tsc", FaultEvent.Clock), ("kvm_update_master_clock", FaultEvent.Clock),
    ];

    private readonly FaultEvent[] _byKind = new FaultEvent[512];

    public FaultEvents()
    {
        foreach (var (name, e) in All) _byKind[KnownKinds.Kind(name)] = e;
    }

    public FaultEvent this[int kind] => (uint)kind < (uint)_byKind.Length ? _byKind[kind] : FaultEvent.None;

    /// <summary>Whether the event may take mappings away, be it from another thread's guest.</summary>
    public static bool TakesAway(FaultEvent e) => e is FaultEvent.TdpChanged or FaultEvent.PrepareZap or FaultEvent.ZapAllFast or FaultEvent.UnmapHva;

    /// <summary>Whether the event is of system kvmmmu: only then can faults be judged.</summary>
    public static bool IsMmuEvent(FaultEvent e) => e is >= FaultEvent.SpteRequested and <= FaultEvent.SplitHuge;
}
