namespace KvmTraceLab.Tests.Analysis.Signatures;

/// <summary>For each signature that is looked for: a trace that it fits, and a look-alike that lacks its discriminator.</summary>
internal static class SignatureCases
{
    public static IReadOnlyList<(string Id, Action<TraceText> Fits, Action<TraceText> LookAlike)> All { get; } =
    [
        ("L01", t => t.Times(32, (t, i) => PmTimer(t, i, "pio_read", "608000b")), t => t.Times(32, (t, i) => PmTimer(t, i, "pio_write", "6080003"))),
        ("L02", t => t.Times(100, Livelock), t => t.Times(100, t => t.Exit("EPT_VIOLATION", 0x1000, "683 0").Fault(0x1000, 0x5000, "683").Add("kvm_mmu_set_spte", "gfn 5 spte 1234 (rwx) level 1 at 99").Entry(0x1000))),
        ("L03", t => t.Times(100, t => Livelock(t.After(200))).Other("kvm_unmap_hva_range", "mmu notifier unmap range: 0x7f0000000000 -- 0x7f0000001000").Times(20, t => t.Plain("CPUID", 0x2000)), t => t.Times(100, t => Livelock(t.After(200)))),
        ("L04", t => TailPages(t, 0x10001000, 0x10002000), t => TailPages(t, 0x20001000, 0x20002000)),
        ("L05", t => t.Times(3, t => Vectoring(t, "80000301")), t => t.Times(3, t => Vectoring(t, "800000ec"))),
        ("L06", t => t.Times(20, t => Npf(t, 0, "100000007")), t => t.Times(20, t => Npf(t, 0x4000, "100000007"))),
        ("L07", t => t.Times(4, t => Npf(t, 0, "1680000007")), t => t.Times(4, t => Npf(t, 0, "100000007"))),
        ("L08", t => FetchFails(t, ""), t => FetchFails(t, " 0f 32")),
        ("L09", t => t.Times(20, t => VectoringNpf(t, "0x80000b0e")), t => t.Times(20, t => VectoringNpf(t, "0x800000ec"))),
        ("L10", t => t.Times(16, (t, i) => Fetch(t, 0x1ffc, i)), t => t.Times(16, (t, i) => Fetch(t, 0x1f00, i))),
        ("L11", t => t.Times(3, t => Gp(t, 0x4015c2, "0f 32", "#GP (0x6a)")), t => t.Times(3, (t, i) => Gp(t, 0x4015c2 + ((ulong)i * 2), "0f 32", "#GP (0x6a)"))),
        ("L12", t => t.Times(3, t => Backdoor(t, reflected: false)), t => t.Times(3, t => Backdoor(t, reflected: true))),
        ("L13", t => t.Times(8, t => EoiCycle(t, induced: true, lowered: false)), t => t.Times(8, t => EoiCycle(t, induced: false, lowered: true))),
        ("L14", t => t.Times(8, t => EoiCycle(t, induced: false, lowered: false)), t => t.Times(8, t => EoiCycle(t, induced: false, lowered: true))),
        ("L15", t => t.Times(20, t => t.After(4000).Plain("EXTERNAL_INTERRUPT", 0x7000, "0 800000ec")), t => t.Times(20, t => t.After(50).Plain("EXTERNAL_INTERRUPT", 0x7000, "0 800000ec"))),
        ("L16", t => t.Times(100, t => t.After(20).Plain("HLT", 0x7000)), t => t.Times(100, t => t.After(20).Exit("HLT", 0x7000).After(5000).Entry(0x7000))),
        ("L17", t => t.Times(20, t => t.Exit("HLT", 0x7000).Add("kvm_userspace_exit", "reason KVM_EXIT_HLT (5)").After(900).Entry(0x7001)), t => t.Times(20, t => t.Exit("HLT", 0x7000).After(900).Entry(0x7001))),
        ("L18", t => t.Times(80, t => Timer(t, "6e0")), t => t.Times(80, t => Timer(t, "40000070"))),
        ("L20", t => t.Times(4, t => EarlyTimer(t, -8_000_000)), t => t.Times(4, t => EarlyTimer(t, -8_000))),
        ("L22", t => t.Exit("EPT_MISCONFIG", 0x133025).Add("kvm_mmu_paging_element", "pte 40000083 level 3").Add("kvm_mmu_walker_error", "pferr 9 P|RSVD").Add("kvm_emulate_insn", "0:133025: ec").Add("kvm_emulate_insn", "0:133025: ec FAIL").Add("kvm_userspace_exit", "reason KVM_EXIT_INTERNAL_ERROR (17)"), t => t.Times(20, Doorbell)),
        ("L23", t => t.Times(20, Doorbell), t => t.Times(20, t => t.Exit("EPT_MISCONFIG", 0x3000).Add("kvm_emulate_insn", "0:3000: 89 07 FAIL").Entry(0x3000))),
        ("L24", t => RepMovs(t, "f3 a5"), t => RepMovs(t, "8b 07")),
        ("L25", t => t.Times(20, t => Ud(t).Add("kvm_smm_transition", "vcpu 0: entering SMM, smbase 0x30000").Entry(0x8000)), t => t.Times(20, t => Ud(t).Entry(0x5000))),
        ("L26", t => Gp(t, 0x8000, "0f aa", "#GP (0x0)"), t => Gp(t, 0x8000, "0f 32", "#GP (0x0)")),
        ("L29", t => t.Times(80, t => Pmu(t).Plain("EXCEPTION_NMI", 0x9000, "0 80000202")), t => t.Times(80, t => Pmu(t))),
        ("L30", t => t.Times(100, t => t.After(10).Exit("CPUID", 0x4000).Add("kvm_cpuid", "func 0 idx 0 rax 1f rbx 0 rcx 0 rdx 0, cpuid entry found").Entry(0x4002)), t => t.Times(100, t => t.After(10_000).Exit("CPUID", 0x4000).Add("kvm_cpuid", "func 0 idx 0 rax 1f rbx 0 rcx 0 rdx 0, cpuid entry found").Entry(0x4002))),
        ("L31", t => t.Times(40, WindowsClock), t => t.Exit("MSR_READ", 0xfffff80111110000).Add("kvm_msr", "msr_read 40000020 = 0x5").Entry(0xfffff80111110002).Times(40, WindowsClock)),
        ("L32", t => t.Times(70, (t, i) => t.On(i % 2).Exit("PAUSE_INSTRUCTION", 0x6000).Add("kvm_ple_window_update", $"vcpu {i % 2} old 4096 new 8192 (growed)").Entry(0x6002)).Times(70, (t, i) => t.On(i % 2).Plain("PAUSE_INSTRUCTION", 0x6000)), t => t.Times(140, t => t.Plain("PAUSE_INSTRUCTION", 0x6000))),
        ("L33", t => t.Times(50, t => t.Plain("APIC_ACCESS", 0x7000, "10b0 0").Plain("EOI_INDUCED", 0x7100, "51 0")), t => t.Times(50, t => t.Plain("APIC_ACCESS", 0x7000, "10b0 0").Times(4, (t, i) => t.Plain("CPUID", 0x9000 + (ulong)i)))),
        ("L34", t => t.Times(100, (t, i) => t.Plain("VMREAD", 0xa000 + ((ulong)(i % 8) * 16))), t => t.Times(100, (t, i) => t.Plain("VMREAD", 0xa000).Times(2, t => t.Plain("CPUID", 0x9000)))),
        ("L35", t => t.Times(300, (t, i) => t.After(10).Plain("CR_ACCESS", 0xb000 + (ulong)(i % 5), "103 0")), t => t.Times(300, (t, i) => t.After(5000).Plain("CR_ACCESS", 0xb000 + (ulong)(i % 5), "103 0"))),
        ("L36", t => t.Times(20, t => t.Plain("PENDING_INTERRUPT", 0xc000)), t => t.Times(20, t => t.Plain("PENDING_INTERRUPT", 0xc000).Plain("CPUID", 0xc100).Plain("HLT", 0xc200))),
        ("L37", t => Arm(t, "KVM_EXIT_ARM_NISV (28)"), t => Arm(t, "KVM_EXIT_MMIO (6)")),
        ("L38", t => t.Times(3, t => Refused(t, "error (14)")), t => t.Times(3, t => Refused(t, "restart (4)"))),
        ("L40", t => t.Times(4, (t, i) => DirtyPage(t, i, ring: true)), t => t.Times(4, (t, i) => DirtyPage(t, i, ring: false))),
        ("L41", t => t.Times(20, t => t.After(9).Add("kvm_exit", "IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0000000000401ec4").Add("kvm_entry", "PC: 0x0000000000401ec4")), t => t.Times(20, t => t.After(9000).Add("kvm_exit", "IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0000000000401ec4").Add("kvm_entry", "PC: 0x0000000000401ec4"))),
        ("L42", t => t.Times(60, (t, i) => Sys64(t, 0x80528a60 + (i % 3 * 4))), t => t.Times(60, t => Sys64(t, 0x80528a60))),
        ("L43", t => SmepToggles(t, direct: false), t => SmepToggles(t, direct: true)),
        ("K01", t => t.Times(20, t => t.Exit("EPT_VIOLATION", 0x1000, "683 0").Fault(0x1000, 0x5000, "683").Add("kvm_mmu_set_spte", "gfn 5 spte 1234 (rwx) level 1 at 99").Entry(0x1000)), t => t.Times(20, Livelock)),
        ("K02", t => t.Times(20, t => WalkFails(t, reflected: false)), t => t.Times(20, t => WalkFails(t, reflected: true))),
    ];

    public static void Livelock(TraceText t) =>
        t.Exit("EPT_VIOLATION", 0x1000, "683 800000ec").Fault(0x1000, 0x5000, "683").Add("kvm_inj_virq", "IRQ 0xec [reinjected]").Entry(0x1000);

    /// <summary>Five microseconds a turn: 18 ticks of a PM timer.</summary>
    public static void PmTimer(TraceText t, int i, string direction, string info) =>
        t.Exit("IO_INSTRUCTION", 0xfffff801b031bf35, info + " 0").Add("kvm_fpu", "unload").Add("kvm_userspace_exit", "reason KVM_EXIT_IO (2)")
            .Add("kvm_fpu", "load").Add("kvm_pio", $"{direction} at 0x608 size 4 count 1 val 0x{0x5bcbb1 + (long)(i * 6 * 3.579545):x}").Entry(0xfffff801b031bf36);

    private static void TailPages(TraceText t, ulong first, ulong second)
    {
        t.Exit("EPT_VIOLATION", 0x1000, "181 0").Fault(0x1000, 0x10000000, "181").Add("kvm_mmu_spte_requested", "gfn 10000 pfn 8be2171 level 1").Add("kvm_mmu_set_spte", "gfn 10000 spte 1234 (rwx) level 1 at 99").Entry(0x1000);
        foreach (var gpa in new[] { first, second })
            t.Exit("EPT_VIOLATION", 0x1010, "181 0").Fault(0x1010, gpa, "181").Add("kvm_userspace_exit", "reason error (14)").Entry(0x1010);
    }

    private static void Vectoring(TraceText t, string vectoring) =>
        t.Exit("EPT_VIOLATION", 1, $"1aa {vectoring}").Fault(1, 0xf78, "1aa").Add("kvm_emulate_insn", "0:1: f4").Add("kvm_emulate_insn", "0:1: f4 FAIL").Add("kvm_inj_exception", "#UD (0x0)").Entry(1);

    private static void Npf(TraceText t, ulong rip, string code) => t.Exit("EXIT_NPF", rip, $"{code} 7f000").Fault(rip, 0x7f000, code).Entry(rip);

    private static void FetchFails(TraceText t, string bytes) =>
        t.Exit("EXIT_NPF", 0xfd11d, "100000014 fd000").Fault(0xfd11d, 0xfd000, "14").Add("kvm_emulate_insn", $"0:fd11d:{bytes} (prot32)").Add("kvm_emulate_insn", $"0:fd11d:{bytes} (prot32) failed").Add("kvm_userspace_exit", "reason KVM_EXIT_INTERNAL_ERROR (17)");

    private static void VectoringNpf(TraceText t, string intr) =>
        t.Add("kvm_exit", $"vcpu 0 reason npf rip 0x3000 info1 0x0000000200000006 info2 0x000000000000a000 intr_info {intr} error_code 0x00000000").Fault(0x3000, 0xa000, "200000006").Entry(0x3000);

    private static void Fetch(TraceText t, ulong rip, int i)
    {
        var gpa = i % 2 == 0 ? 0x1000UL : 0x2000UL;
        t.Exit("EXIT_NPF", rip, $"100000014 {gpa:x}").Fault(rip, gpa, "100000014").Add("kvm_mmu_set_spte", "gfn 1 spte 1234 (r-x) level 1 at 99").Entry(rip);
    }

    private static void Gp(TraceText t, ulong rip, string bytes, string injected) =>
        t.Exit("EXIT_EXCP_GP", rip, "6a 0").Add("kvm_emulate_insn", $"0:{rip:x}: {bytes}").Add("kvm_inj_exception", injected).Entry(rip);

    private static void Backdoor(TraceText t, bool reflected)
    {
        t.Exit("IO_INSTRUCTION", 0x7fa9, "5658000b 0").Add("kvm_nested_vmexit", "rip 7fa9 reason IO_INSTRUCTION info1 5658000b info2 0 int_info 0 int_info_err 0");
        if (reflected) t.Add("kvm_nested_vmexit_inject", "reason IO_INSTRUCTION info1 5658000b info2 0 int_info 0 int_info_err 0").Entry(0x100);
        else t.Add("kvm_pio", "pio_read at 0x5658 size 4 count 1 val 0x4").Entry(0x7fa9);
    }

    public static void EoiCycle(TraceText t, bool induced, bool lowered)
    {
        t.Exit("VMRESUME", 0x1000).Entry(0x2000);
        t.Exit("PREEMPTION_TIMER", 0x2000).Add("kvm_nested_vmexit_inject", "reason EXTERNAL_INTERRUPT info1 0 info2 0 int_info 80000081 int_info_err 0").Entry(0x3000);
        if (induced) t.Exit("EOI_INDUCED", 0x3000, "81 0").Add("kvm_eoi", "apicid 0 vector 129");
        else t.Exit("MSR_WRITE", 0x3000).Add("kvm_msr", "msr_write 80b = 0x0");
        t.Add("kvm_userspace_exit", "reason KVM_EXIT_IOAPIC_EOI (26)");
        if (lowered) t.Add("kvm_set_irq", "gsi 19 level 0 source 0");
        t.Add("kvm_set_irq", "gsi 19 level 1 source 0").Entry(0x3002);
    }

    private static void Timer(TraceText t, string msr) =>
        t.After(400).Exit("MSR_WRITE", 0x8000).Add("kvm_msr", $"msr_write {msr} = 0x1234").Entry(0x8002).After(400).Plain("PREEMPTION_TIMER", 0x8100);

    private static void EarlyTimer(TraceText t, long delta) =>
        t.After(58).Exit("PREEMPTION_TIMER", 0x40274d).Add("kvm_wait_lapic_expire", $"vcpu 0: delta {delta} (early)").Entry(0x40274d);

    private static void Doorbell(TraceText t) => t.Exit("EPT_MISCONFIG", 0x3000).Add("kvm_fast_mmio", "fast mmio at gpa 0xfe003000").After(20).Entry(0x3003);

    private static void RepMovs(TraceText t, string bytes) =>
        t.Exit("EPT_VIOLATION", 0x6169, "181 0").Fault(0x6169, 0xfebd0000, "181").Add("kvm_emulate_insn", $"0:6169: {bytes}").Add("kvm_emulate_insn", $"0:6169: {bytes} FAIL").Add("kvm_inj_exception", "#UD (0x0)");

    private static TraceText Ud(TraceText t) => t.Exit("EXCEPTION_NMI", 0x5000, "0 80000306");

    private static TraceText Pmu(TraceText t) => t.Exit("MSR_WRITE", 0x9100).Add("kvm_msr", "msr_write c1 = 0xffff").Entry(0x9102);

    private static void WindowsClock(TraceText t, int i) =>
        t.Plain("RDTSC", 0xfffff80111110000).Plain("RDTSC", 0xfffff80111120000).Exit("HLT", 0xfffff80111130000).After(500).Entry(0xfffff80111130001);

    private static void Arm(TraceText t, string reason) =>
        t.Add("kvm_exit", "TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x0000000080528a6c").Add("kvm_userspace_exit", $"reason {reason}").Add("kvm_entry", "PC: 0x0000000080528a6c");

    private static void Refused(TraceText t, string how) =>
        t.Exit("EPT_VIOLATION", 0x1000, "181 0").Fault(0x1000, 0x5000, "181").Add("fast_page_fault", "vcpu 0 gva 5000 error_code U sptep 0xffff888012345678 old 0x0 new 0 spurious 0 fixed 0").Add("kvm_userspace_exit", $"reason {how}").Entry(0x1000);

    private static void DirtyPage(TraceText t, int i, bool ring)
    {
        var gpa = 0x7fc0360000 + ((ulong)i << 12);
        t.Exit("EPT_VIOLATION", 0x40359f, "582 0").Fault(0x40359f, gpa, "582").Entry(0x40359f).Exit("EPT_VIOLATION", 0x40359f, "582 0").Fault(0x40359f, gpa, "582");
        if (ring) t.Add("kvm_dirty_ring_push", $"ring 1: dirty 0x{i:x} reset 0x0 slot 1 offset 0x{i:x} (used {i})");
        t.Entry(0x40359f);
    }

    private static void Sys64(TraceText t, long pc) =>
        t.Add("kvm_exit", $"TRAP: HSR_EC: 0x0018 (SYS64), PC: 0x{pc:x16}").Add("kvm_entry", $"PC: 0x{pc:x16}");

    private static void SmepToggles(TraceText t, bool direct)
    {
        for (var i = 0; i < 8; i++)
        {
            var smep = i % 2 == 0;
            var role = 1u | (direct ? 0x80u : 0) | (smep ? 1u << 20 : 0);
            t.Exit("CR_ACCESS", 0x1000, "4 0").Add("kvm_cr", $"cr_write 4 = 0x{(smep ? 0x1000a0 : 0xa0):x}")
                .Add("kvm_mmu_get_page", $"[FAILED TO PARSE] mmu_valid_gen=0 gfn=4660 role={role} root_count=1 unsync=0 created=1").Entry(0x1003);
        }
    }

    private static void WalkFails(TraceText t, bool reflected)
    {
        t.Exit("EPT_VIOLATION", 0x1000, "181 0").Add("kvm_nested_vmexit", "rip 1000 reason EPT_VIOLATION info1 181 info2 0 int_info 0 int_info_err 0").Fault(0x1000, 0x5000, "181")
            .Add("kvm_mmu_pagetable_walk", "addr 5000 pferr 4 U").Add("kvm_mmu_walker_error", "pferr 4 U");
        if (reflected) t.Add("kvm_nested_vmexit_inject", "reason EPT_VIOLATION info1 181 info2 0 int_info 0 int_info_err 0");
        t.Entry(0x1000);
    }
}
