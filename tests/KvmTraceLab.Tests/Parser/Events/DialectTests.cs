using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Tests.Parser.Events;

/// <summary>Every spelling a payload was ever met in, with the values it carries.</summary>
public sealed class DialectTests
{
    private readonly PayloadBench _bench = new();

    /// <summary>The spelling that matched last is tried first, so one must not read the other's text.</summary>
    [Fact]
    public void A_run_that_failed_does_not_colour_the_next()
    {
        var shape = PayloadBench.ShapeOf("kvm_userspace_exit");
        var slots = new ulong[shape.Width];
        byte hint = 0;
        Assert.True(shape.TryRead("reason restart (4)"u8, 0, slots, ref hint, out _));
        Assert.True(shape.TryRead("reason 0x27 (39)"u8, 0, slots, ref hint, out _));
        Assert.Equal((39UL, 0UL), (slots[shape.SlotOf("reason")], slots[shape.PresenceSlot] >> shape.SlotOf("error") & 1));
    }

    [Theory]
    // kvm_exit, newest to oldest
    [InlineData("kvm_exit", "vcpu 2 reason IO_INSTRUCTION rip 0xfffff801b031bf35 info1 0x000000000608000b info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000 requests 0x0000000000000001", "vcpu_id=2 exit_reason=1e isa=1 guest_rip=fffff801b031bf35 info1=608000b requests=1")]
    [InlineData("kvm_exit", "vcpu 0 reason npf rip 0x5a1b20 info1 0x000000020000000f info2 0x0000000000001000 intr_info 0x80000b0e error_code 0x00000002", "exit_reason=400 isa=2 info2=1000 intr_info=80000b0e error_code=2")]
    [InlineData("kvm_exit", "vcpu 0 reason INVALID_STATE FAILED_VMENTRY rip 0x1 info1 0x0000000000000000 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000", "exit_reason=80000021 isa=1 guest_rip=1")]
    [InlineData("kvm_exit", "vcpu 0 reason EPT_VIOLATION 0x4000000 rip 0x1 info1 0x0000000000000001 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000", "exit_reason=4000030 isa=1 guest_rip=1 info1=1")]
    [InlineData("kvm_nested_vmexit_inject", "reason: EPT_VIOLATION 0x4000000 ext_inf1: 0x0000000000000001 ext_inf2: 0x0000000000000002 ext_int: 0x00000003 ext_int_err: 0x00000004", "exit_code=4000030 exit_info1=1 exit_info2=2 exit_int_info=3 exit_int_info_err=4")]
    [InlineData("kvm_exit", "vcpu 0 reason EPT_VIOLATION rip 0x5a1b20 info 384 0", "vcpu_id=0 exit_reason=30 info1=384 info2=0")]
    [InlineData("kvm_exit", "reason EXIT_EXCP_GP rip 0x4015c2 info 6a 0", "exit_reason=4d isa=2 info1=6a")]
    [InlineData("kvm_exit", "reason UNKNOWN (2147483681) rip 0x10 info 0 0", "exit_reason=80000021 isa=0")]
    [InlineData("kvm_exit", "reason EPT_VIOLATION rip 0xffffffff81000aa0 native_safe_halt+0x6 info 184 0", "exit_reason=30 guest_rip=ffffffff81000aa0 info1=184")]
    [InlineData("kvm_exit", "reason PREEMPTION_TIMER rip 0x40274d info 0 0 intr 0", "exit_reason=34 intr_info=0")]
    [InlineData("kvm_exit", "vcpu 0 reason EXCEPTION_NMI rip 0xffffffff81000aa0 info1 0x0000000000000028 intr_info 0x80000b0e error_code 0x00000000", "exit_reason=0 info1=28 info2=0 intr_info=80000b0e")]
    [InlineData("kvm_exit", "vcpu 0 reason msr rip 0xffffffffad496104", "vcpu_id=0 exit_reason=7c isa=2")]
    [InlineData("kvm_exit", "reason apic_access rip 0xc011518c", "exit_reason=2c isa=1 guest_rip=c011518c")]
    [InlineData("kvm_exit", "TRAP: HSR_EC: 0x0018 (SYS64), PC: 0x0000000080528a6c", "exit_reason=218 isa=40 guest_rip=80528a6c")]
    [InlineData("kvm_exit", "IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0xffff87259e30", "exit_reason=0 isa=40 guest_rip=ffff87259e30")]
    [InlineData("kvm_exit", "PC: 0x802c21c8; exit count: 80671", "guest_rip=802c21c8")]
    [InlineData("kvm_exit", "SEPC:0xffffffff80a01234, SCAUSE:0x17, STVAL:0xff20000000001000, HTVAL:0x4000400, HTINST:0x0", "exit_reason=17 isa=41 guest_rip=ffffffff80a01234 info1=ff20000000001000 info2=4000400 error_code=0")]
    [InlineData("kvm_exit", "SEPC:0x10234, SCAUSE:0x8000000000000005, STVAL:0x0, HTVAL:0x0, HTINST:0x0", "exit_reason=80000005 isa=41 guest_rip=10234")]
    [InlineData("kvm_exit", "vcpu 0 [0x16] PC: 0x90000000002a1234", "vcpu_id=0 exit_reason=16 isa=42 guest_rip=90000000002a1234")]
    [InlineData("kvm_exit", "[IDLE]PC: 0x90000000002a1234", "exit_reason=40 isa=42 guest_rip=90000000002a1234")]
    [InlineData("kvm_exit", "[TLB Miss (LD)]PC: 0x80101234", "exit_reason=2 isa=46 guest_rip=80101234")]
    [InlineData("kvm_exit", "[CACHE]PC: 0x80101234", "exit_reason=21 isa=46")]
    [InlineData("kvm_exit", "[COP0/1 Unusable]PC: 0x80101234", "exit_reason=b isa=46")]
    [InlineData("kvm_exit", "exit=DATA_STORAGE | pc=0xc0000000000a1234 | msr=0x8000000000009032 | dar=0xd000000000002000 | srr1=0x42000000 | last_inst=0x7c0004ac", "exit_reason=300 isa=44 guest_rip=c0000000000a1234 info1=d000000000002000 info2=42000000 error_code=7c0004ac intr_info=8000000000009032")]
    [InlineData("kvm_exit", "exit=DTLB_MISS | pc=0xc0001234 | msr=0x29000 | dar=0x1000 | last_inst=0x0", "exit_reason=d isa=45 guest_rip=c0001234 info1=1000")]
    [InlineData("kvm_guest_exit", "VCPU 1: trap=HV_DECREMENTER pc=0xc0000000000a1238 msr=0x8000000002009033, ceded=0", "vcpu_id=1 trap=980 isa=44 pc=c0000000000a1238 msr=8000000002009033 ceded=0")]
    [InlineData("kvm_guest_exit", "VCPU 1: trap=0x0 pc=0xc0000000000a1238 msr=0x8000000002009033, ceded=1", "trap=0 isa=44 ceded=1")]
    [InlineData("kvm_guest_enter", "VCPU 1: pc=0xc0000000000a1238 pexcp=0x40 ceded=0", "vcpu_id=1 pc=c0000000000a1238 pending_exceptions=40")]
    [InlineData("kvm_book3s_reenter", "reentry r=2 | pc=0xc0000000000a1238", "r=2 pc=c0000000000a1238")]
    [InlineData("kvm_s390_sie_exit", "03[0706c00180000000-0000000000123462]: exit sie icptcode 12 (Instruction and program interuption)", "id=3 pswmask=706c00180000000 pswaddr=123462 icptcode=c isa=43")]
    [InlineData("kvm_s390_sie_exit", "11[0706c00180000000-0000000000123462]: exit sie icptcode 4 (Instruction)", "id=b icptcode=4")]
    [InlineData("kvm_s390_sie_enter", "00[0706c00180000000-0000000000123462]: entering sie flags 4000000", "id=0 pswaddr=123462 cpuflags=4000000")]
    [InlineData("kvm_exit_idle", "[IDLE]PC: 0x90000000002a1234", "reason=40 isa=42 pc=90000000002a1234")]
    [InlineData("kvm_msr", "msr_write CTR1 = 0xffffffffffffffea", "write=1 ecx=c2 data=ffffffffffffffea")]
    [InlineData("kvm_msr", "msr_read MSR_CORE_PERF_GLOBAL_CTRL = 0x7", "write=0 ecx=38f data=7")]
    [InlineData("kvm_msr", "msr_read MSR_CORE_PERF_FIXED_CTR2 = 0x7", "ecx=30b")]
    [InlineData("kvm_msr", "msr_write IA32_TSC_DEADLINE = 0x7 (#GP)", "ecx=6e0 exception=1")]
    [InlineData("kvm_reenter", "vcpu 0 PC: 0x00000000", "vcpu_id=0 rip=0")]
    [InlineData("kvm_enter", "PC: 0x80101238", "rip=80101238")]
    [InlineData("kvm_entry", "PC: 0x016ffffffff80a01238", "rip=ffffffff80a01238")]
    [InlineData("kvm_entry", " vcpu 0 rip 0xfffff801b031bf36", "vcpu_id=0 rip=fffff801b031bf36")]
    [InlineData("kvm_entry", "vcpu 0, rip 0x100000 intr_info 0x80000030 error_code 0x00000002[immediate exit]", "rip=100000 intr_info=80000030 error_code=2 immediate_exit=1")]
    [InlineData("kvm_entry", "vcpu 3, rip 0x100000[immediate exit]", "vcpu_id=3 rip=100000 immediate_exit=1")]
    [InlineData("kvm_entry", "vcpu 3, rip 0x100000", "vcpu_id=3 rip=100000 immediate_exit=0")]
    [InlineData("kvm_entry", "vcpu 1", "vcpu_id=1")]
    [InlineData("kvm_entry", "vcpu 0, rip 0x1 inj 0x80000030 inj_error_code 0x0[guest]", "intr_info=80000030 guest_mode=1")]
    [InlineData("kvm_entry", "PC: 0x802c1f24", "rip=802c1f24")]
    [InlineData("kvm_nested_vmexit", "<CANT FIND FIELD rip>vcpu 0 reason CPUID rip 0x1010fe info1 0x0000000000000001 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000 requests 0x0000000000000000", "exit_reason=a guest_rip=1010fe info1=1")]
    [InlineData("kvm_nested_vmexit", "rip 400433 reason EXIT_NPF info1 100000014 info2 400000 int_info 0 int_info_err 0", "exit_reason=400 isa=2 guest_rip=400433 info1=100000014 info2=400000")]
    [InlineData("kvm_nested_vmexit", "rip: 0x0000000000400433 reason: npf ext_inf1: 0x0000000100000014 ext_inf2: 0x0000000000400000 ext_int: 0x00000000 ext_int_err: 0x00000000", "exit_reason=400 guest_rip=400433 info1=100000014")]
    [InlineData("kvm_nested_vmexit_inject", "reason EPT_VIOLATION info1 1ac info2 0 int_info 0 int_info_err 0", "exit_code=30 exit_info1=1ac")]
    [InlineData("kvm_nested_vmexit_inject", "reason: TRIPLE_FAULT ext_inf1: 0x0000000000000000", "exit_code=2")]
    [InlineData("kvm_nested_vmenter", "rip: 0x000000000010121a vmcs: 0x0000000000123000 nested_rip: 0x00000000001010ae int_ctl: 0x00000000 event_inj: 0x80000030 nested_ept=y nested_eptp: 0x000000000010c01e", "rip=10121a vmcb=123000 nested_rip=1010ae event_inj=80000030 tdp_enabled=1 guest_pgd=10c01e isa=1")]
    [InlineData("kvm_nested_vmenter", "rip: 0x0000000000008002 vmcs: 0x0000000000007000", "rip=8002 vmcb=7000 isa=1")]
    [InlineData("kvm_nested_vmenter", "rip: 0x0000000000000001 vmcb: 0x0000000000000002 nrip: 0x0000000000000003 int_ctl: 0x00000000 event_inj: 0x00000000 npt: on", "nested_rip=3 tdp_enabled=1 isa=2")]
    [InlineData("kvm_nested_vmrun", "rip: 0x0000000000000001 vmcb: 0x0000000000000002 nrip: 0x0000000000000003 int_ctl: 0x00000000 event_inj: 0x00000000 npt: off", "nested_rip=3 npt=0")]
    [InlineData("kvm_nested_intercepts", "cr_read: 0010 cr_write: 0001 excp: 00000002 intercepts: 99040000 0000000f 00000003", "cr_read=10 cr_write=1 exceptions=2 intercept1=99040000 intercept2=f intercept3=3")]
    [InlineData("kvm_nested_intercepts", "cr_read: 0010 cr_write: 0001 excp: 00000002 intercepts: 0000000f99040000", "intercepts=f99040000")]
    // faults
    [InlineData("kvm_page_fault", "vcpu 0 rip 0x1 address 0x0000000000000f78 error_code 0x1aa", "guest_rip=1 fault_address=f78 error_code=1aa")]
    [InlineData("kvm_page_fault", "vcpu 0 rip 0x1 address 0xf78 error_code 1aa", "vcpu_id=0 fault_address=f78 error_code=1aa")]
    [InlineData("kvm_page_fault", "address 7fc036d000 error_code 582", "fault_address=7fc036d000 error_code=582")]
    [InlineData("kvm_mmu_pagetable_walk", "addr 1000 pferr 6 W|U", "addr=1000 pferr=6")]
    [InlineData("kvm_mmu_pagetable_walk", "addr 1000 pferr 0 ", "addr=1000 pferr=0")]
    [InlineData("kvm_mmu_walker_error", "pferr 8061 P|PK|SS|SGX", "pferr=8061")]
    [InlineData("fast_page_fault", "vcpu 0 gva 1000 error_code P|W|0x200000000 sptep 0xffff888005edf000 old 0x80 new 82 spurious 0 fixed 1", "cr2_or_gpa=1000 error_code=200000003 old_spte=80 new_spte=82 spurious=0 fixed=1")]
    [InlineData("fast_page_fault", "vcpu 0 gva 1000 error_code  sptep 00000000deadbeef old 0 new 0 spurious 0 fixed 0", "error_code=0 sptep=deadbeef")]
    // access
    [InlineData("kvm_pio", "pio_write at 0x3f8 size 1 count 2 val 0x34 (...)", "rw=1 port=3f8 size=1 count=2 val=34")]
    [InlineData("kvm_pio", "pio_read at 0xc13e size 2 count 1", "rw=0 port=c13e")]
    [InlineData("kvm_msr", "msr_write 40000118 = 0x60000000001 (#GP)", "write=1 ecx=40000118 data=60000000001 exception=1")]
    [InlineData("kvm_cr", "cr_write 4 = 0xb50ef8", "rw=1 cr=4 val=b50ef8")]
    [InlineData("kvm_cpuid", "func 40000000 idx 0 rax 1 rbx 2 rcx 3 rdx 4, cpuid entry not found, used max basic", "function=40000000 rdx=4 found=0 used_max_basic=1")]
    [InlineData("kvm_cpuid", "func 1 rax 1 rbx 2 rcx 3 rdx 4", "function=1 rbx=2")]
    [InlineData("kvm_mmio", "mmio unsatisfied-read len 8 gpa 0x10000000 val 0x0", "type=0 len=8 gpa=10000000")]
    [InlineData("vcpu_match_mmio", "gva 0xfee000f0 gpa 0xfee000f0 Write GVA", "write=1 gpa_match=0 gpa=fee000f0")]
    [InlineData("kvm_apic", "apic_write APIC_ICR = 0x41", "rw=1 reg=300 val=41")]
    [InlineData("kvm_apic", "apic_read 0x440 = 0x0", "rw=0 reg=440")]
    // interrupts
    [InlineData("kvm_apic_ipi", "dst 1 vec 65 (NMI|logical|assert|level|all-but-self)", "dest_id=1 icr_low=ccc41")]
    [InlineData("kvm_apic_accept_irq", "apicid 1 vec 64 (LowPrio|level)", "apicid=1 vec=40 dm=100")]
    [InlineData("kvm_apic_accept_irq", "apicid 0 vec 48 (Fixed|edge) (coalesced)", "vec=30")]
    [InlineData("kvm_ioapic_set_irq", "pin 4 dst 1 vec 49 (LowPrio|logical|level|masked) (coalesced)", "pin=4 e=100000000018931 coalesced=1")]
    [InlineData("kvm_ioapic_set_irq", "pin 4 dst 1 vec=49 (LowPrio|logical|level)", "pin=4 e=100000000008931")]
    [InlineData("kvm_msi_set_irq", "dst 1 vec 36 (Fixed|logical|edge|rh)", "dst=1 data=24 address=c")]
    [InlineData("kvm_inj_virq", "Soft/INTn 0x30 [reinjected]", "vector=30 soft=1 reinjected=1")]
    [InlineData("kvm_inj_virq", "irq 236", "vector=ec")]
    [InlineData("kvm_inj_exception", "#PF (0x2) [reinjected]", "exception=e has_error=1 error_code=2 reinjected=1")]
    [InlineData("kvm_inj_exception", "#DB", "exception=1 has_error=0 reinjected=0")]
    [InlineData("kvm_inj_exception", "[FAILED TO PARSE] exception=13 has_error=1 error_code=0 reinjected=0", "exception=d has_error=1")]
    [InlineData("kvm_set_irq", "gsi 4 level 1 source 0", "gsi=4 level=1")]
    [InlineData("kvm_ack_irq", "irqchip PIC slave pin 3", "irqchip=1 pin=3")]
    [InlineData("kvm_pic_set_irq", "chip 0 pin 4 (edge|masked)", "level=0 masked=1")]
    // user space and emulation
    [InlineData("kvm_userspace_exit", "reason KVM_EXIT_IO (2)", "reason=2")]
    [InlineData("kvm_userspace_exit", "reason 0x1f (31)", "reason=1f")]
    [InlineData("kvm_userspace_exit", "reason restart (4)", "error=4 is_restart=1")]
    [InlineData("kvm_userspace_exit", "reason error (14)", "error=e is_restart=0")]
    [InlineData("kvm_emulate_insn", "0:fffff802987d6169: f3 a5 FAIL", "rip=fffff802987d6169 len=2 insn=a5f3 failed=1")]
    [InlineData("kvm_emulate_insn", "0:100a03:41 c7 00 41 00 00 00 (prot64)", "rip=100a03 len=7 insn=4100c741 flags=9 failed=0")]
    [InlineData("kvm_emulate_insn", "0:fd11d: (prot32) failed", "rip=fd11d len=0 flags=5 failed=1")]
    [InlineData("kvm_emulate_insn", "f0000:1007: mov %eax, (%rdi) FAIL", "csbase=f0000 rip=1007 failed=1")]
    [InlineData("kvm_emulate_insn", "0:1007 start+0x7: ec", "rip=1007 insn=ec")]
    // shadow pages
    [InlineData("kvm_mmu_get_page", "new sp gfn 10c 4 q0 wux invalid !pae !nxe wp smep root 1 sync", "gfn=10c role=6f04 root_count=1 unsync=0 created=1")]
    [InlineData("kvm_mmu_get_page", "sp gen 3 gfn 1234 l4 8-byte q1 direct -ux invalid nxe !ad root 1 unsync existing", "gfn=1234 role=11da4 role_layout=1 mmu_valid_gen=3 unsync=1 created=0")]
    [InlineData("kvm_mmu_get_page", "sp gen 0 gfn 1 l2 4-byte q0 rwux !nxe ad root 0 sync new", "role=f12 role_layout=2 created=1")]
    [InlineData("kvm_mmu_get_page", "existing sp gfn 3a22e 1/4 q3 direct --x !pge !nxe root 6 sync", "gfn=3a22e role=1e1 glevels=4 role_layout=3 root_count=6")]
    [InlineData("kvm_mmu_get_page", "[FAILED TO PARSE] mmu_valid_gen=0 gfn=4660 role=1077124 root_count=1 unsync=0 created=1", "gfn=1234 role=106f84 created=1")]
    [InlineData("kvm_mmu_prepare_zap_page", "1 q0 direct w-x !pae !nxe !wp root 0 unsync", "role=381 unsync=1")]
    [InlineData("kvm_mmu_set_spte", "gfn fffff spte 8be2171025 (r-xu) level 1 at 8a53b01ff8", "gfn=fffff spte=8be2171025 r=1 x=1 u=1 sptep=8a53b01ff8")]
    [InlineData("kvm_mmu_set_spte", "gfn 5 spte 8be2171027 (rwx) level 2 at 1000", "spte=8be2171027 level=2 r=1 x=1")]
    [InlineData("kvm_mmu_spte_requested", "gfn 1 pfn 6e01 level 2 access f", "pfn=6e01 level=2 access=f")]
    [InlineData("kvm_mmu_spte_requested", "gfn fffff pfn 8be2171 level 1", "gfn=fffff level=1")]
    [InlineData("kvm_tdp_mmu_spte_changed", "as id 0 gfn 0 level 5 old_spte 0 new_spte 7fbb3827", "level=5 new_spte=7fbb3827")]
    [InlineData("mark_mmio_spte", "sptep:00000000c0ffee11 gfn fee00 access 7 gen 8", "sptep=c0ffee11 gfn=fee00 access=7 gen=8")]
    // the rest
    [InlineData("kvm_hv_hypercall", "code 0x5c slow cnt 0x1 idx 0x2 in 0x3 out 0x4", "code=5c fast=0 rep_cnt=1 rep_idx=2")]
    [InlineData("kvm_hv_flush_tlb", "processor_mask 0x3 address_space 0x0 flags 0x1 (L2)", "processor_mask=3 guest_mode=1")]
    [InlineData("kvm_hv_flush_tlb", "processor_mask 0x3 address_space 0x0 flags 0x1", "flags=1 guest_mode=0")]
    [InlineData("kvm_xen_hypercall", "nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0 a4 0x0 a5 5", "nr=1 a5=5")]
    [InlineData("kvm_pi_irte_update", "VT-d PI is enabled and being updated for irq 5, vcpu 1, gsi: 0x18, gvec: 0x30, pi_desc_addr: 0x1000", "set=1 host_irq=5 gvec=30 pi_desc_addr=1000")]
    [InlineData("kvm_dirty_ring_push", "ring 1: dirty 0x37f reset 0x1c0 slot 1 offset 0x37e ret 0 (used 447)", "dirty_index=37f used=1bf")]
    [InlineData("kvm_apicv_inhibit_changed", "set reason=2, inhibits=0x5 DISABLED|ABSENT", "inhibits=5 named=1")]
    [InlineData("kvm_avic_unaccelerated_access", "vcpu=1, offset=0xd0(APIC_LDR), trap, write, vec=0x20", "offset=d0 ft=1 rw=1 vec=20")]
    [InlineData("kvm_update_master_clock", "masterclock 0 hostclock tsc offsetmatched 0", "host_clock=1")]
    [InlineData("kvm_wait_lapic_expire", "vcpu 0: delta -5 (early)", "delta=fffffffffffffffb late=0")]
    [InlineData("kvm_vcpu_wakeup", "poll time 1234 ns, polling valid", "ns=4d2 waited=0 valid=1")]
    [InlineData("kvm_unmap_hva_range", "mmu notifier unmap range: 0x007f05c4000000 -- 0x007f05c41d7000", "start=7f05c4000000 end=7f05c41d7000")]
    public void Is_read(string name, string payload, string values)
    {
        var row = _bench.Whole(name, payload);
        foreach (var pair in values.Split(' '))
        {
            var (field, value) = (pair.Split('=')[0], pair.Split('=')[1]);
            Assert.Equal(pair, $"{field}={_bench.Field(row, field):x}");
            if (value != "0") Assert.True(row.Has(row.Shape!.SlotOf(field)), field);
        }
    }

    /// <summary>The same record in both dialects gives the same fields, as far as both carry them.</summary>
    [Theory]
    [InlineData("kvm_exit", "reason EPT_VIOLATION rip 0x1 info 181 80000301", "vcpu 0 reason EPT_VIOLATION rip 0x1 info1 0x0000000000000181 info2 0x0000000080000301 intr_info 0x00000000 error_code 0x00000000")]
    [InlineData("kvm_exit", "reason EXIT_NPF rip 0x100000 info 200000006 1000", "vcpu 0 reason npf rip 0x100000 info1 0x0000000200000006 info2 0x0000000000001000 intr_info 0x00000000 error_code 0x00000000")]
    [InlineData("kvm_exit", "reason PENDING_INTERRUPT rip 0x1 info 0 0", "vcpu 0 reason INTERRUPT_WINDOW rip 0x1 info1 0x0000000000000000 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000")]
    [InlineData("kvm_entry", " vcpu 1 rip 0x100000", "vcpu 1, rip 0x100000 intr_info 0x00000000 error_code 0x00000000")]
    [InlineData("kvm_nested_vmexit_inject", "reason EXIT_IOIO info1 710011 info2 100afa int_info 0 int_info_err 0", "reason: io ext_inf1: 0x0000000000710011 ext_inf2: 0x0000000000100afa ext_int: 0x00000000 ext_int_err: 0x00000000")]
    [InlineData("kvm_emulate_insn", "0:100a03: 41 c7 00 41 00 00 00", "0:100a03:41 c7 00 41 00 00 00 (prot64)")]
    [InlineData("kvm_mmu_get_page", "new sp gfn 0 4 q0 direct wux invalid !pae !nxe wp smep root 0 sync", "[FAILED TO PARSE] mmu_valid_gen=0 gfn=0 role=28548 root_count=0 unsync=0 created=1")]
    public void Dialects_agree(string name, string plugin, string kernel)
    {
        var first = _bench.Whole(name, plugin);
        var second = _bench.Whole(name, kernel);
        var compared = 0;
        foreach (var field in first.Shape!.Fields)
        {
            var slot = first.Shape.SlotOf(field.Name);
            if (field.Name == "role_known" || !first.Has(slot) || !second.Has(slot)) continue;
            compared++;
            Assert.Equal((field.Name, first[slot]), (field.Name, second[slot]));
        }

        Assert.True(compared >= 2);
    }

    [Theory]
    [InlineData("kvm_exit", "")]
    [InlineData("kvm_exit", "reason")]
    [InlineData("kvm_mmu_get_page", "sp gfn")]
    [InlineData("kvm_emulate_insn", "0:")]
    [InlineData("kvm_emulate_insn", "0:1 x")]
    [InlineData("kvm_userspace_exit", "reason ")]
    [InlineData("kvm_page_fault", "address zz error_code 1")]
    public void Truncated_text_is_refused(string name, string payload) => Assert.False(_bench.TryRead(name, payload, out _, out _));
}
