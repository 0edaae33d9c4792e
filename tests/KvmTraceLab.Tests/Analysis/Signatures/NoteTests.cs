using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;

namespace KvmTraceLab.Tests.Analysis.Signatures;

/// <summary>What notes say, how sure they are, and what they must never say.</summary>
public sealed class NoteTests
{
    private static SignatureRun Run(Action<TraceText> write)
    {
        var text = new TraceText();
        write(text);
        return SignatureRun.OfText(text.ToString());
    }

    [Fact]
    public void A_recorded_wait_for_the_pm_timer_is_sure_and_no_fault_of_kvm()
    {
        var run = Run(t => t.Exit("CR_ACCESS", 0x100, "4 0").Add("kvm_cr", "cr_write 4 = 0xb50ef8").Entry(0x103)
            .After(2000).Times(64, (t, i) => SignatureCases.PmTimer(t, i, "pio_read", "608000b")));
        var loop = Assert.Single(run.Loops);
        Assert.Equal("L01", loop.Signature);
        var finding = run.The("L01");
        Assert.Equal(Confidence.High, finding.Confidence);
        Assert.Contains("64 turns of IO_INSTRUCTION port 0x608 in size 4 on vCPU 0 (tid 100) at rip 0xfffff801b031bf35, 0xfffff801b031bf36", finding.Why, StringComparison.Ordinal);
        Assert.Contains("as a PM timer's should", finding.Why, StringComparison.Ordinal);
        Assert.Contains("CR4 was written with CET=1 (0xb50ef8) 2.001 ms before", finding.Why, StringComparison.Ordinal);
        Assert.All(run.Report.Headlines, h => Assert.NotEqual(HeadlineKind.Bug, h.Kind));
    }

    [Fact]
    public void No_wait_or_normal_pattern_is_ever_called_a_bug()
    {
        foreach (var (_, fits, _) in SignatureCases.All)
        {
            var run = Run(fits);
            Assert.Equal(run.Findings.Count, run.Report.Headlines.Count);
            for (var i = 0; i < run.Findings.Count; i++)
                if (run.Findings[i].Signature.Blame != Blame.Kvm) Assert.NotEqual(HeadlineKind.Bug, run.Report.Headlines[i].Kind);
        }
    }

    [Theory]
    [InlineData(true, "L13")]
    [InlineData(false, "L14")]
    public void A_level_interrupt_that_is_raised_again_is_told_by_how_it_is_ended(bool induced, string id)
    {
        var cycles = Run(t => t.Times(20, t => SignatureCases.EoiCycle(t, induced, lowered: false)));
        Assert.Equal([id], cycles.Ids);
        Assert.Equal(id, Assert.Single(cycles.Loops).Signature);
        Assert.Equal([0], cycles.The(id).Loops);
        var excerpt = Run(t => SignatureCases.EoiCycle(t, induced, lowered: false));
        Assert.Equal(Confidence.Low, excerpt.The(id).Confidence);
    }

    [Fact]
    public void A_loop_bears_the_name_of_what_was_told_from_its_vcpu()
    {
        var run = Run(t => t.Times(100, t => t.After(20).Plain("HLT", 0x7000)));
        Assert.Equal("L16", Assert.Single(run.Loops).Signature);
        Assert.Equal([0], run.The("L16").Loops);
        var other = Run(t => t.Times(4000, t => t.After(20).Plain("HLT", 0x7000)).Times(20, t => t.Plain("MSR_WRITE", 0x9000)));
        Assert.Equal(["L16", null], other.Loops.OrderByDescending(l => l.Iterations).Select(l => l.Signature));
    }

    [Fact]
    public void A_hidden_rip_is_no_sign_of_standing_still()
    {
        Action<TraceText> Faults(ulong rip) => t => t.Times(40, t => t.Exit("EXIT_NPF", rip, "100000004 7f000").Fault(rip, 0x7f000, "100000004").Entry(rip));
        Assert.Contains("L02", Run(Faults(0x4000)).Ids);
        Assert.DoesNotContain("L02", Run(Faults(0)).Ids);
    }

    [Fact]
    public void A_guest_whose_clock_is_the_pm_timer_does_not_wait_on_it()
    {
        var run = Run(t => t.Times(40, (t, i) => t.Times(3, (t, j) => SignatureCases.PmTimer(t, (i * 3) + j, "pio_read", "608000b")).Times(40, (t, j) => t.Plain("CPUID", 0x9000 + (ulong)(((i * 40) + j) * 2)))));
        Assert.DoesNotContain("L01", run.Ids);
    }

    /// <summary>Read at each tick, or a few times between two halts: the loop is there, but the guest does not wait.</summary>
    [Theory]
    [InlineData(1, 10_000, 0)]
    [InlineData(3, 5, 1)]
    public void Reads_of_a_clock_are_no_wait(int row, double gap, int halts)
    {
        var run = Run(t => t.Times(100, (t, i) => t.After(gap).Times(1 + (i % row), (t, j) => SignatureCases.PmTimer(t, (i * 3) + j, "pio_read", "608000b")).Times(halts, t => t.Plain("HLT", 0x9000 + ((ulong)(i * i) % 7 * 16)))));
        Assert.NotEmpty(run.Loops);
        Assert.DoesNotContain("L01", run.Ids);
    }

    [Fact]
    public void A_timer_that_stands_still_is_said_to()
    {
        var finding = Run(t => t.Times(64, t => t.Exit("IO_INSTRUCTION", 0x1000, "608000b 0").Add("kvm_pio", "pio_read at 0x608 size 4 count 1 val 0x1234").Entry(0x1001))).The("L01");
        Assert.Equal(Confidence.High, finding.Confidence);
        Assert.Contains("the timer itself stands still", finding.Why, StringComparison.Ordinal);
    }

    /// <summary>AMD without AVIC, or Intel without virtualised APIC accesses.</summary>
    [Theory]
    [InlineData("EXIT_NPF", "10000000f fee000b0")]
    [InlineData("EPT_VIOLATION", "182 0")]
    public void The_APICs_page_is_no_doorbell(string reason, string info)
    {
        var run = Run(t => t.Times(100, t => t.Exit(reason, 0x1000, info).Fault(0x1000, 0xfee000b0, info.Split(' ')[0]).Add("kvm_emulate_insn", "0:1000: 89 07").Add("kvm_mmio", "mmio write len 4 gpa 0xfee000b0 val 0x0").Add("kvm_apic", "apic_write APIC_EOI = 0x0").Entry(0x1002)));
        Assert.Equal(["L33"], run.Ids);
        Assert.Equal("L33", Assert.Single(run.Loops).Signature);
        Assert.Contains($"{reason} at the APIC's page 100", run.The("L33").Why, StringComparison.Ordinal);
    }

    /// <summary>The processor ends interrupts by itself, and exits for those that the I/O APIC waits for.</summary>
    [Fact]
    public void Induced_EOIs_alone_are_a_sign_of_APICv() =>
        Assert.DoesNotContain("L33", Run(t => t.Times(100, (t, i) => t.Plain("EOI_INDUCED", 0x7100, "51 0").Plain("CPUID", 0x9000 + ((ulong)i * 2)))).Ids);

    /// <summary>The head page of the block was mapped at the same RIP before.</summary>
    [Fact]
    public void A_page_refused_again_and_again_is_told_though_others_were_mapped_there()
    {
        var run = Run(t => t.Exit("EPT_VIOLATION", 0x1000, "181 0").Fault(0x1000, 0x4000, "181").Add("kvm_mmu_set_spte", "gfn 4 spte 1234 (rwx) level 1 at 99").Entry(0x1000)
            .Times(30, t => t.Exit("EPT_VIOLATION", 0x1000, "181 0").Fault(0x1000, 0x5000, "181").Add("kvm_userspace_exit", "reason error (14)").Entry(0x1000)));
        Assert.Contains("L38", run.Ids);
        Assert.Equal("L38", Assert.Single(run.Loops).Signature);
    }

    [Fact]
    public void What_is_timed_between_two_CPUIDs_is_a_storm_of_them() =>
        Assert.Contains("L30", Run(t => t.Times(100, t => t.Exit("CPUID", 0x1000).Add("kvm_cpuid", "func 0 idx 0 rax 1 rbx 0 rcx 0 rdx 0, cpuid entry found").Entry(0x1002)
            .Exit("CPUID", 0x1040).Add("kvm_cpuid", "func 0 idx 0 rax 1 rbx 0 rcx 0 rdx 0, cpuid entry found").Entry(0x1042))).Ids);

    [Fact]
    public void A_row_of_sixteen_faults_is_livelock_shaped_and_not_sure()
    {
        var run = Run(t => t.Times(16, SignatureCases.Livelock));
        Assert.Equal(Confidence.Low, run.The("L02").Confidence);
        Assert.Equal("L02", Assert.Single(run.Loops).Signature);
    }

    [Fact]
    public void Lost_events_lower_the_confidence()
    {
        var whole = Run(t => t.Times(64, (t, i) => SignatureCases.PmTimer(t, i, "pio_read", "608000b"))).The("L01").Confidence;
        var text = new TraceText().Times(64, (t, i) => SignatureCases.PmTimer(t, i, "pio_read", "608000b"));
        var lost = SignatureRun.OfText(text + "CPU:0 [5 EVENTS DROPPED]\n").The("L01");
        Assert.Equal(Confidence.High, whole);
        Assert.Equal(Confidence.Medium, lost.Confidence);
        Assert.Contains("Events were lost", lost.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4000", "bit 14), so L1 does not use it", "40000000000000", "it may use MBEC")]
    [InlineData("0", "did not recommend eVMCS", "0", "did not offer MBEC")]
    public void Vmread_storms_look_at_what_the_guest_was_told(string eax, string evmcs, string controls, string mbec)
    {
        var why = Run(t => t.Exit("CPUID", 0x10).Add("kvm_cpuid", $"func 40000004 idx 0 rax {eax} rbx 0 rcx 0 rdx 0, cpuid entry found").Entry(0x12)
            .Exit("MSR_READ", 0x20).Add("kvm_msr", $"msr_read 48b = 0x{controls}").Entry(0x22)
            .Times(100, (t, i) => t.Plain(i % 2 == 0 ? "VMREAD" : "VMWRITE", 0xa000 + (ulong)(i % 7)))).The("L34").Why;
        Assert.Contains(evmcs, why, StringComparison.Ordinal);
        Assert.Contains(mbec, why, StringComparison.Ordinal);
        Assert.Contains("100 of 102 exits", why, StringComparison.Ordinal);
    }

    [Fact]
    public void Vmread_storms_say_so_where_the_guest_was_told_nothing()
    {
        var why = Run(t => t.Times(100, (t, i) => t.Plain("VMREAD", 0xa000 + (ulong)(i % 7)))).The("L34").Why;
        Assert.Contains("CPUID 0x40000004 is not in the trace", why, StringComparison.Ordinal);
        Assert.Contains("MSR 0x48b is not in the trace", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_of_faults_that_a_signal_ends_is_still_stuck()
    {
        var run = Run(t => t.Times(100, SignatureCases.Livelock).Exit("EPT_VIOLATION", 0x1000, "683 800000ec").Fault(0x1000, 0x5000, "683").Add("kvm_userspace_exit", "reason restart (4)"));
        Assert.Contains("L02", run.Ids);
        Assert.DoesNotContain("L03", run.Ids);
    }

    [Fact]
    public void Faults_that_walk_through_memory_are_no_trouble()
    {
        var run = Run(t => t.Times(200, (t, i) => t.Exit("EPT_VIOLATION", 0x1000, "181 0").Fault(0x1000, (ulong)i << 12, "181").Add("kvm_mmu_set_spte", $"gfn {i:x} spte 1234 (rwx) level 1 at 99").Entry(0x1000)));
        Assert.Empty(run.Findings);
        Assert.All(run.Loops, l => Assert.Null(l.Signature));
    }

    /// <summary>A recording of a healthy guest whose memory slot is taken away and given back: 295 retries of one fault.</summary>
    [Fact]
    public void Retries_that_end_are_no_trouble() =>
        Assert.Empty(SignatureRun.OfFile(Path.Combine(SignatureRun.Wild(), "svm61-control-slot.dat")).Findings);

    [Fact]
    public void A_livelock_with_mmu_events_is_sure_only_where_nothing_is_mapped()
    {
        static SignatureRun With(string code) => Run(t => t.Add("kvm_mmu_set_spte", "gfn 9 spte 1234 (rwx) level 1 at 99").Times(100, t => t.Exit("EPT_VIOLATION", 0x1000, code + " 0").Fault(0x1000, 0x5000, code).Entry(0x1000)));
        Assert.Equal(Confidence.High, With("683").The("L02").Confidence);
        Assert.Equal(HeadlineKind.Bug, Assert.Single(With("683").Report.Headlines).Kind);
        Assert.Equal(Confidence.Medium, With("1aa").The("L02").Confidence);
    }

    [Fact]
    public void Loops_of_faults_that_are_mapped_each_time_are_named()
    {
        var run = Run(t => t.Times(40, t => t.Exit("EPT_VIOLATION", 0x1000, "1aa 0").Fault(0x1000, 0x5000, "1aa").Add("kvm_mmu_set_spte", "gfn 5 spte 1234 (r-x) level 1 at 99").Entry(0x1000)));
        Assert.Equal("K01", Assert.Single(run.Loops).Signature);
        Assert.Equal(["K01"], run.Ids);
    }

    /// <summary>Another thread takes the page away each time; or two such turns lie beside a row of retries.</summary>
    [Theory]
    [InlineData(20, 0, true)]
    [InlineData(2, 22, false)]
    public void Pages_that_are_taken_away_again_are_no_fault_of_KVM(int set, int retried, bool unmapped)
    {
        var run = Run(t =>
        {
            t.Times(set, t =>
            {
                t.Exit("EPT_VIOLATION", 0x1000, "182 0").Fault(0x1000, 0x5000, "182").Add("kvm_mmu_set_spte", "gfn 5 spte 1234 (rwx) level 1 at 99");
                if (unmapped) t.Other("kvm_unmap_hva_range", "mmu notifier unmap range: 0x007fc38ea00000 -- 0x007fc38ea01000");
                t.Entry(0x1000);
            });
            t.Times(retried, t => t.Exit("EPT_VIOLATION", 0x1000, "182 0").Fault(0x1000, 0x5000, "182").Entry(0x1000)).Plain("HLT", 0x2000);
        });
        Assert.DoesNotContain("K01", run.Ids);
    }

    [Fact]
    public void Several_vcpus_share_one_note()
    {
        var finding = Run(t => t.Times(32, (t, i) => SignatureCases.PmTimer(t.On(0), i, "pio_read", "608000b")).Times(40, (t, i) => SignatureCases.PmTimer(t.On(1), i, "pio_read", "608000b"))).The("L01");
        Assert.Equal(101, finding.Lane!.Lane.Tid);
        Assert.Equal([100], finding.AlsoTids);
        Assert.Equal(2, finding.Loops.Count);
    }
}
