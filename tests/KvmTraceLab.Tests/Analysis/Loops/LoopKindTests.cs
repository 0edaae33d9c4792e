using KvmTraceLab.Analysis.Loops;

namespace KvmTraceLab.Tests.Analysis.Loops;

/// <summary>What a loop is called, and what changes in it, by its events. # is a number that differs from turn to turn.</summary>
public sealed class LoopKindTests
{
    private const string Entry = "kvm_entry: vcpu 0 rip 0x12";
    private const string Same = "kvm_entry: vcpu 0 rip 0x10";

    private static Loop LoopOf(string[] turn)
    {
        var script = new LoopScript().Letters([9000, 9001]);
        for (var i = 0; i < 20; i++)
        {
            foreach (var e in turn)
            {
                var at = e.IndexOf(':', StringComparison.Ordinal);
                script.Event(e[..at], e[(at + 2)..].Replace("#", $"{i + 1:x}", StringComparison.Ordinal));
            }
        }

        return Assert.Single(script.Loops());
    }

    [Theory]
    [InlineData("IO_INSTRUCTION", "GuestPoll")]
    [InlineData("EXIT_IOIO", "GuestPoll")]
    [InlineData("MSR_READ", "GuestPoll")]
    [InlineData("EXIT_MSR", "GuestPoll")]
    [InlineData("CPUID", "GuestPoll")]
    [InlineData("EXIT_CPUID", "GuestPoll")]
    [InlineData("RDTSC", "GuestPoll")]
    [InlineData("EXIT_RDTSC", "GuestPoll")]
    [InlineData("RDTSCP", "GuestPoll")]
    [InlineData("EXIT_RDTSCP", "GuestPoll")]
    [InlineData("APIC_ACCESS", "GuestPoll")]
    [InlineData("EPT_MISCONFIG", "GuestPoll")]
    [InlineData("PAUSE_INSTRUCTION", "GuestPoll")]
    [InlineData("EXIT_PAUSE", "GuestPoll")]
    [InlineData("MSR_WRITE", "Other")]
    [InlineData("VMCALL", "Other")]
    [InlineData("HLT", "Idle")]
    [InlineData("EXIT_HLT", "Idle")]
    [InlineData("EPT_VIOLATION", "FaultLivelock")]
    [InlineData("EXIT_NPF", "FaultLivelock")]
    [InlineData("EXIT_EXCP_PF", "FaultLivelock")]
    [InlineData("PENDING_INTERRUPT", "InterruptStorm")]
    [InlineData("NMI_WINDOW", "InterruptStorm")]
    [InlineData("EXIT_VINTR", "InterruptStorm")]
    [InlineData("EXTERNAL_INTERRUPT", "InterruptStorm")]
    [InlineData("EXIT_INTR", "InterruptStorm")]
    public void The_reason_alone_says_so(string reason, string kind) =>
        Assert.Equal(kind, LoopOf([$"kvm_exit: reason {reason} rip 0x10 info 0 0", Entry]).Kind.ToString());

    [Theory]
    [InlineData("GuestPoll", "IO_INSTRUCTION", "kvm_pio: pio_read at 0x60 size 1 count 1 val 0x1")]
    [InlineData("Other", "IO_INSTRUCTION", "kvm_pio: pio_write at 0x60 size 1 count 1 val 0x1")]
    [InlineData("GuestPoll", "EPT_VIOLATION", "kvm_mmio: mmio read len 4 gpa 0xfed000f0 val 0x1")]
    [InlineData("Other", "EPT_VIOLATION", "kvm_mmio: mmio write len 4 gpa 0xfed000f0 val 0x1")]
    [InlineData("Other", "EPT_MISCONFIG", "kvm_fast_mmio: fast mmio at gpa 0xfe003000")]
    [InlineData("Other", "EPT_VIOLATION", "kvm_fast_mmio: fast mmio at gpa 0xfe003000")]
    [InlineData("GuestPoll", "EPT_VIOLATION", "kvm_pio: pio_read at 0x60 size 1 count 1 val 0x1")]
    [InlineData("GuestPoll", "EPT_VIOLATION", "vcpu_match_mmio: gva 0xffff gpa 0xfed000f0 Read GPA")]
    [InlineData("GuestPoll", "EXIT_MSR", "kvm_msr: msr_read 10 = 0x1")]
    [InlineData("Other", "EXIT_MSR", "kvm_msr: msr_write 10 = 0x1")]
    [InlineData("GuestPoll", "VMCALL", "kvm_apic: apic_read APIC_TMCCT = 0x1")]
    [InlineData("Other", "APIC_ACCESS", "kvm_apic: apic_write APIC_TMICT = 0x1")]
    [InlineData("NestedBounce", "CPUID", "kvm_nested_vmexit_inject: reason CPUID info1 0 info2 0 int_info 0 int_info_err 0")]
    [InlineData("NestedBounce", "CPUID", "kvm_nested_vmenter: rip: 0x1 vmcs: 0x2 nested_rip: 0x3 int_ctl: 0x0 event_inj: 0x0 nested_ept=y")]
    [InlineData("NestedBounce", "CPUID", "kvm_nested_vmrun: rip: 0x1 vmcb: 0x2 nrip: 0x3 int_ctl: 0x0 event_inj: 0x0 npt: on")]
    [InlineData("GuestPoll", "CPUID", "kvm_nested_vmexit: rip 10 reason CPUID info1 0 info2 0 int_info 0 int_info_err 0")]
    [InlineData("EmulationFailure", "EPT_VIOLATION", "kvm_emulate_insn: 0:10: ec FAIL")]
    [InlineData("EmulationFailure", "EPT_VIOLATION", "kvm_emulate_insn: 0:10: ec (prot64) failed")]
    [InlineData("FaultLivelock", "EPT_VIOLATION", "kvm_emulate_insn: 0:10: ec")]
    [InlineData("EmulationFailure", "VMCALL", "kvm_userspace_exit: reason KVM_EXIT_INTERNAL_ERROR (17)")]
    [InlineData("Other", "VMCALL", "kvm_userspace_exit: reason KVM_EXIT_HYPERCALL (3)")]
    [InlineData("Other", "VMCALL", "kvm_userspace_exit: reason error (17)")]
    public void An_event_between_says_so(string kind, string reason, string e) =>
        Assert.Equal(kind, LoopOf([$"kvm_exit: reason {reason} rip 0x10 info 0 0", e, Entry]).Kind.ToString());

    /// <summary>Misconfigured memory that the guest never gets past is no device.</summary>
    [Fact]
    public void Misconfigurations_at_one_place_are_a_livelock()
    {
        const string Exit = "kvm_exit: reason EPT_MISCONFIG rip 0x10 info 0 0";
        Assert.Equal(LoopKind.FaultLivelock, LoopOf([Exit, Same]).Kind);
        Assert.Equal(LoopKind.Other, LoopOf([Exit, "kvm_userspace_exit: reason KVM_EXIT_MMIO (6)", Same]).Kind);
        Assert.Equal(LoopKind.Other, LoopOf([Exit, "kvm_emulate_insn: 0:10: ec", Same]).Kind);
        Assert.Equal(LoopKind.GuestPoll, LoopOf([Exit, Same, Exit, Entry]).Kind);
        Assert.Equal(LoopKind.GuestPoll, LoopOf([Exit, Same, "kvm_exit: reason CPUID rip 0x10 info 0 0", Same]).Kind);
        Assert.Equal(LoopKind.GuestPoll, LoopOf([Exit, Same, "kvm_exit: reason EPT_MISCONFIG rip 0x20 info 0 0", Same]).Kind);
    }

    [Fact]
    public void One_exit_of_another_kind_makes_it_no_idling_and_no_storm()
    {
        Assert.Equal(LoopKind.Other, LoopOf(["kvm_exit: reason HLT rip 0x10 info 0 0", Entry, "kvm_exit: reason VMCALL rip 0x20 info 0 0", Entry]).Kind);
        Assert.Equal(LoopKind.FaultLivelock, LoopOf(["kvm_exit: reason VMCALL rip 0x10 info 0 0", Entry, "kvm_exit: reason EPT_VIOLATION rip 0x20 info 0 0", Entry]).Kind);
    }

    [Theory]
    [InlineData("Value", "kvm_pio: pio_read at 0x60 size 1 count 1 val 0x#", Same)]
    [InlineData("Value", "kvm_msr: msr_read 10 = 0x#", Entry)]
    [InlineData("Address", "kvm_page_fault: vcpu 0 rip 0x10 address 0x50# error_code 0x182", Entry)]
    [InlineData("Rip", "kvm_page_fault: vcpu 0 rip 0x10 address 0x5000 error_code 0x182", Entry)]
    [InlineData("None", "kvm_mmu_set_spte: gfn 5 spte 10# (rwx) level 1 at 99", Same)]
    [InlineData("None", "kvm_pio: pio_read at 0x60 size 1 count 1 val 0x7", Same)]
    [InlineData("Rip", "kvm_pio: pio_read at 0x60 size 1 count 1 val 0x7", Entry)]
    public void What_changes_is_its_progress(string progress, string e, string entry)
    {
        var loop = LoopOf(["kvm_exit: reason VMCALL rip 0x10 info 0 0", e, entry]);
        Assert.Equal(progress, loop.Progress.ToString());
        Assert.Equal(entry == Same ? [0x10UL] : [0x10UL, 0x12UL], loop.Rips);
    }

    [Fact]
    public void Several_places_of_exit_are_progress_without_an_entry_elsewhere()
    {
        var loop = LoopOf(["kvm_exit: reason VMCALL rip 0x10 info 0 0", Same, "kvm_exit: reason VMCALL rip 0x12 info 0 0", Entry]);
        Assert.Equal(LoopProgress.Rip, loop.Progress);
        Assert.Equal([0x10UL, 0x12UL], loop.Rips);
    }

    /// <summary>info1 and info2 tell exits apart where they say which access it was; an address in them only tells which page.</summary>
    [Theory]
    [InlineData("EPT_VIOLATION", "18# 0", 2)]
    [InlineData("IO_INSTRUCTION", "60000# 0", 2)]
    [InlineData("CR_ACCESS", "1# 0", 2)]
    [InlineData("APIC_ACCESS", "10# 0", 2)]
    [InlineData("APIC_WRITE", "3# 0", 2)]
    [InlineData("DR_ACCESS", "1# 0", 2)]
    [InlineData("EXIT_IOIO", "60# 0", 2)]
    [InlineData("EXIT_MSR", "# 0", 2)]
    [InlineData("EXIT_EXCP_PF", "# 5000", 2)]
    [InlineData("EXIT_EXCP_PF", "2 #000", 2)]
    [InlineData("EXIT_EXCP_PF", "2 500#", 1)]
    [InlineData("EXIT_NPF", "# 5000", 2)]
    [InlineData("EXIT_NPF", "2 #000", 2)]
    [InlineData("EXIT_NPF", "2 500#", 1)]
    [InlineData("EPT_VIOLATION", "182 #", 1)]
    [InlineData("EPT_MISCONFIG", "# 0", 1)]
    [InlineData("RDTSC", "# 0", 1)]
    public void Numbers_of_an_exit_that_tell_it_apart(string reason, string info, int exits)
    {
        var loop = LoopOf([$"kvm_exit: reason {reason} rip 0x10 info {info.Replace('#', '1')}", Entry, $"kvm_exit: reason {reason} rip 0x10 info {info.Replace('#', '2')}", Entry]);
        Assert.Equal(exits, loop.ExitsPerPeriod);
    }
}
