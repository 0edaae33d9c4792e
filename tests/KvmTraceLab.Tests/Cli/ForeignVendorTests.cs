using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Tests.Cli;

/// <summary>Exits of a vendor this build does not know, and KVM at work without exits, are said to be such and never misnamed.</summary>
public sealed class ForeignVendorTests
{
    [Fact]
    public void A_number_of_a_vendor_beyond_VMX_and_SVM_has_no_name()
    {
        Assert.Equal("EXCEPTION_NMI", ExitReasonVocabulary.ReportName(Isa.Vmx, 0));
        Assert.Equal("UNKNOWN_0", ExitReasonVocabulary.ReportName((Isa)3, 0));
        Assert.Equal("UNKNOWN_65580", ExitReasonVocabulary.ReportName((Isa)4, 65580));
    }

    [Fact]
    public void What_trace_cmd_prints_of_such_a_vendor_is_an_exit_without_a_reason()
    {
        using var trace = Analyzed.Text("a-1 [000] 1.000000: kvm_exit: reason UNKNOWN-ISA rip 0x1000 info 0 0\na-1 [000] 1.000010: kvm_entry: vcpu 0 rip 0x1000\n");
        var document = Analyzed.Document(trace);
        Assert.Equal(0, (int)document["health"]!["notUnderstood"]!);
        var exit = Assert.Single(document["exits"]!.AsArray())!;
        Assert.Equal(("UNKNOWN", 1, 10_000), ((string)exit["reason"]!, (int)exit["count"]!, (int)exit["totalNs"]!));
        Assert.Equal("unknown", (string)document["source"]!["vendor"]!);
    }

    /// <summary>kvm_mmu_spte_requested stands for a fault; without kvm_page_fault nobody can say what became of it.</summary>
    [Theory]
    [InlineData("kvm_mmu_spte_requested: gfn fffff pfn 8be2171 level 1", "undecidable")]
    [InlineData("kvm_mmu_get_page: new sp gfn 0 4 q0 direct wux pae !nxe !wp root 0 sync", "expected")]
    public void Faults_that_only_the_MMU_s_events_tell_of_are_not_judged(string line, string overall)
    {
        using var trace = Analyzed.Text($"a-1 [000] 1.000000: {line}\n");
        Assert.Equal(overall, (string)Analyzed.Document(trace)["faults"]!["overall"]!);
    }

    [Theory]
    [InlineData(8, 2, true)]
    [InlineData(7, 2, false)]
    [InlineData(8, 3, false)]
    public void A_page_that_is_requested_over_and_over_is_named(int times, int others, bool named)
    {
        var lines = Enumerable.Range(0, times + others).Select(i => $"a-1 [000] 1.{i:d6}: kvm_mmu_spte_requested: gfn {(i < times ? 0xfffff : i):x} pfn 8be2171 level 1\n");
        using var trace = Analyzed.Text(string.Concat(lines));
        var headline = Assert.Single(Analyzed.Report(trace).Headlines, h => h.Text.StartsWith("The trace has no kvm_exit", StringComparison.Ordinal));
        Assert.Equal(named, headline.Details.Any(d => d.Contains($"gfn 0xfffff {times} times of {times + others}", StringComparison.Ordinal)));
    }

    /// <summary>RISC-V and LoongArch have the names of their kernels; an interrupt is told from the exception of its number.</summary>
    [Theory]
    [InlineData("kvm_exit: SEPC:0x1000, SCAUSE:0x17, STVAL:0x0, HTVAL:0x0, HTINST:0x0", "kvm_entry: PC: 0x1004", "STORE_GUEST_PAGE_FAULT", 0)]
    [InlineData("kvm_exit: SEPC:0x1000, SCAUSE:0x5, STVAL:0x0, HTVAL:0x0, HTINST:0x0", "kvm_entry: PC: 0x1004", "LOAD_ACCESS", 0)]
    [InlineData("kvm_exit: SEPC:0x1000, SCAUSE:0x8000000000000005, STVAL:0x0, HTVAL:0x0, HTINST:0x0", "kvm_entry: PC: 0x1004", "IRQ_S_TIMER", 0)]
    [InlineData("kvm_exit: SEPC:0x1000, SCAUSE:0x3f, STVAL:0x0, HTVAL:0x0, HTINST:0x0", "kvm_entry: PC: 0x1004", "UNKNOWN_63", 0)]
    [InlineData("kvm_exit: vcpu 0 [0x0] PC: 0x1000", "kvm_reenter: vcpu 0 PC: 0x1000", "INT", 0)]
    [InlineData("kvm_exit: vcpu 0 [IDLE] PC: 0x1000", "kvm_enter: vcpu 0 PC: 0x1000", "IDLE", 20_000)]
    [InlineData("kvm_exit: vcpu 0 [0x16] PC: 0x1000\na-1 [000] 1.000001: kvm_exit_idle: vcpu 0 [IDLE] PC: 0x1000", "kvm_reenter: vcpu 0 PC: 0x1004", "GSPR", 20_000)]
    [InlineData("kvm_exit: [WAIT]PC: 0x1000", "kvm_reenter: PC: 0x1000", "WAIT", 20_000)]
    [InlineData("kvm_guest_exit: VCPU 0: trap=H_DATA_STORAGE pc=0x1000 msr=0x1, ceded=0", "kvm_guest_enter: VCPU 0: pc=0x1000 pexcp=0x0 ceded=0", "H_DATA_STORAGE", 0)]
    [InlineData("kvm_guest_exit: VCPU 0: trap=0x0 pc=0x1000 msr=0x1, ceded=1", "kvm_guest_enter: VCPU 0: pc=0x1000 pexcp=0x0 ceded=0", "RETURN_TO_HOST", 20_000)]
    [InlineData("kvm_exit: exit=PROGRAM | pc=0x1000 | msr=0x1 | dar=0x0 | srr1=0x0 | last_inst=0x0", "kvm_book3s_reenter: reentry r=1 | pc=0x1004", "PROGRAM", 0)]
    [InlineData("kvm_s390_sie_exit: 00[0706c00180000000-0000000000001000]: exit sie icptcode 4 (Instruction)", "kvm_s390_sie_enter: 00[0706c00180000000-0000000000001004]: entering sie flags 0", "Instruction", 0)]
    [InlineData("kvm_s390_sie_exit: 00[0706c00180000000-0000000000001000]: exit sie icptcode 28 (Wait state)", "kvm_s390_sie_enter: 00[0706c00180000000-0000000000001000]: entering sie flags 0", "Wait state", 20_000)]
    public void Exits_of_other_architectures_are_named_and_timed(string exit, string entry, string reason, long idleNs)
    {
        using var trace = Analyzed.Text($"a-1 [000] 1.000000: {exit}\na-1 [000] 1.000020: {entry}\n");
        var document = Analyzed.Document(trace);
        Assert.Equal(0, (int)document["health"]!["notUnderstood"]!);
        var row = Assert.Single(document["exits"]!.AsArray())!;
        Assert.Equal((reason, 1, 20_000), ((string)row["reason"]!, (int)row["count"]!, (int)row["totalNs"]!));
        var vcpu = Assert.Single(document["vcpus"]!.AsArray())!;
        Assert.Equal((1, 1, idleNs), ((int)vcpu["exits"]!, (int)vcpu["entries"]!, (long)vcpu["idleNs"]!));
        Assert.Equal("unknown", (string)document["source"]!["vendor"]!);
        Assert.Equal((1, 1), (document["rips"]!.AsArray().Sum(r => (int)r!["exits"]!), document["rips"]!.AsArray().Sum(r => (int)r!["entries"]!)));
        using var again = Analyzed.Text($"a-1 [000] 1.000000: {exit}\na-1 [000] 1.000020: {entry}\n");
        Assert.DoesNotContain(Analyzed.Report(again).Headlines, h => h.Text.Contains("does not know", StringComparison.Ordinal));
    }

    /// <summary>User space goes on before the guest does: what it takes is no part of the exit, and there is no event of the entry.</summary>
    [Fact]
    public void A_reentry_by_way_of_user_space_is_not_timed()
    {
        using var trace = Analyzed.Text(
            "a-1 [000] 1.000000: kvm_exit: exit=PROGRAM | pc=0x1000 | msr=0x1 | dar=0x0 | srr1=0x0 | last_inst=0x0\n" +
            "a-1 [000] 1.000010: kvm_book3s_reenter: reentry r=2 | pc=0x1004\n" +
            "a-1 [000] 1.500000: kvm_exit: exit=PROGRAM | pc=0x1000 | msr=0x1 | dar=0x0 | srr1=0x0 | last_inst=0x0\n");
        var document = Analyzed.Document(trace);
        Assert.Equal(0, (int)Assert.Single(document["exits"]!.AsArray())!["timed"]!);
        Assert.Equal(0, (long)Assert.Single(document["vcpus"]!.AsArray())!["guestNs"]!);
    }

    /// <summary>An interrupt of the host's ends with the next entry, whatever the architecture calls that: the loop goes on behind it.</summary>
    [Theory]
    [InlineData("kvm_exit: vcpu 0 [0x16] PC: 0x1000", "kvm_exit: vcpu 0 [0x0] PC: 0x1000", "kvm_reenter: vcpu 0 PC: 0x1004")]
    [InlineData("kvm_exit: SEPC:0x1000, SCAUSE:0x17, STVAL:0x0, HTVAL:0x0, HTINST:0x0", "kvm_exit: SEPC:0x1000, SCAUSE:0x8000000000000005, STVAL:0x0, HTVAL:0x0, HTINST:0x0", "kvm_entry: PC: 0x1004")]
    [InlineData("kvm_guest_exit: VCPU 0: trap=SYSCALL pc=0x1000 msr=0x1, ceded=0", "kvm_guest_exit: VCPU 0: trap=HV_DECREMENTER pc=0x1000 msr=0x1, ceded=0", "kvm_guest_enter: VCPU 0: pc=0x1004 pexcp=0x0 ceded=0")]
    [InlineData("kvm_s390_sie_exit: 00[01-1000]: exit sie icptcode 4 (Instruction)", "kvm_s390_sie_exit: 00[01-1000]: exit sie icptcode 0 (Host interruption)", "kvm_s390_sie_enter: 00[01-1004]: entering sie flags 0")]
    public void Host_interrupts_interrupt_loops_of_any_architecture(string exit, string interrupt, string entry)
    {
        var text = new System.Text.StringBuilder();
        for (var turn = 0; turn < 60; turn++)
        {
            text.Append($"a-1 [000] 1.{turn * 10:d6}: {(turn is 20 or 40 ? interrupt : exit)}\n");
            text.Append($"a-1 [000] 1.{(turn * 10) + 4:d6}: {entry}\n");
        }

        using var trace = Analyzed.Text(text.ToString());
        var loop = Assert.Single(Analyzed.Document(trace)["loops"]!.AsArray())!;
        Assert.Equal((2, 58, 2), ((int)loop["period"]!, (int)loop["iterations"]!, (int)loop["interruptions"]!));
    }

    [Theory]
    [InlineData("kvm_emulate_insn: 0:1000:66 ed (real)", "kvm_emulate_insn x 1")]
    [InlineData("sched_wakeup: comm=a pid=1", null)]
    public void Without_kvm_exit_the_report_says_what_KVM_did(string line, string? does)
    {
        using var trace = Analyzed.Text($"a-1 [000] 1.000000: {line}\n");
        var headline = Assert.Single(Analyzed.Report(trace).Headlines);
        Assert.StartsWith("The trace has no kvm_exit", headline.Text, StringComparison.Ordinal);
        Assert.Equal(does is not null, headline.Details.Any(d => d.Contains(does ?? "KVM was at work", StringComparison.Ordinal)));
        Assert.Contains("-e kvm -e kvmmmu", headline.Next, StringComparison.Ordinal);
    }
}
