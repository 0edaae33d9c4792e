using KvmTraceLab.Analysis.Faults;
using KvmTraceLab.Parser;
using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Replay.Hypotheses;

namespace KvmTraceLab.Tests.Replay;

/// <summary>Recorded traces of healthy and of deliberately broken KVM, with what is known of them.</summary>
public sealed class RecordedTruthTests
{
    private static readonly string Folder = FindFolder();

    public static TheoryData<string> Healthy =>
    [
        "svm61-control-dirty.report.txt.zst", "svm61-control-drop.report.txt.zst", "svm61-control-legacy.report.txt.zst",
        "svm61-control-nxhuge.report.txt.zst", "svm61-control-shadow.report.txt.zst", "svm61-control-slot.report.txt.zst",
        "svm61-control-smp2.report.txt.zst", "svm61-smp2-cow.report.txt.zst", "svm61-shadow-drop.report.txt.zst", "svm61-g2-short5.report.txt.zst", "vmx72-control-mbec.dat",
        "vmx72-control-nombec.report.txt.zst", "vmx72-mbec0-control.report.txt.zst", "svm61-vm-slot.report.txt.zst", "svm612-vm-legacy-smp.report.txt.zst",
        "svm612-vm-ksm.report.txt.zst", "svm61-vm-slot-held.report.txt.zst", "svm72-vm-nested-smp.report.txt.zst",
        "vmx61-vm-apic.report.txt.zst", "vmx73-vm-nested-mbec.dat",
    ];

    /// <summary>File, verdict, faults with it, hypothesis that must rank first.</summary>
    public static TheoryData<string, string, long, string> Broken => new()
    {
        { "svm61-g1a-heals.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 36, "spte-never-writable" },
        { "svm61-g1a-lost-b4.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 2949, "spte-never-writable" },
        { "svm61-g2b-cmpxchg.report.txt.zst", "LIVELOCK", 1710, "cmpxchg-retry" },
        { "svm61-g3h-nxhuge.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 2441, "nx-huge-never-split" },
        { "svm61-g4-fastpf.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 1685, "fast-path-not-written" },
        { "svm61-shadow-g3-exec.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 999, "spte-never-executable" },
        { "svm61-legacy-g1a-write.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 1109, "spte-never-writable" },
        { "svm61-legacy-g3-exec.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 1347, "spte-never-executable" },
        { "svm61-shadow-g1a-write.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 1166, "spte-never-writable" },
        { "svm612-vm-no-user.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 836, "spte-never-readable" },
        { "svm612-vm-spurious.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 854, "spurious-not-granted" },
        { "svm612-vm-mmio-retry.report.txt.zst", "LIVELOCK", 456, "emulation-skipped" },
        { "svm61-vm-track-retry.report.txt.zst", "LIVELOCK", 102, "emulation-skipped" },
        { "svm612-vm-map-zap.report.txt.zst", "LIVELOCK", 414, "mapping-taken-away" },
        { "svm61-vm-vanish.report.txt.zst", "BUG_ALREADY_GRANTED", 146, "spte-loses-permission" },
        { "svm72-vm-shadow-lost-w.report.txt.zst", "BUG_ALREADY_GRANTED", 1092, "spte-loses-permission" },
        { "svm612-vm-nested-pf.report.txt.zst", "BUG_SWALLOWED_L1_VIOLATION", 613, "violation-injected-into-l2" },
        { "svm61-n1-swallow.report.txt.zst", "BUG_SWALLOWED_L1_VIOLATION", 601, "violation-swallowed" },
        { "svm61-n2-spurious.report.txt.zst", "BUG_SPURIOUS_REFLECTION", 6, "allowed-reflected" },
        { "svm61-n3c-gpa.report.txt.zst", "BUG_WRONG_REFLECTED_INFO", 3, "wrong-address-injected" },
        { "svm61-n5-stage.dat", "BUG_WRONG_REFLECTED_INFO", 3, "walk-stage-injected-as-final" },
        { "vmx72-m1-xs-for-user.report.txt.zst", "BUG_SWALLOWED_L1_VIOLATION", 554, "xu-ignored-for-user-fetch" },
        { "vmx72-m3-nobit6.dat", "BUG_WRONG_REFLECTED_INFO", 12, "bit-6-not-injected" },
        { "vmx72-m4-xuonly.report.txt.zst", "BUG_SPURIOUS_REFLECTION", 168, "bit-10-not-present" },
        { "vmx72-n2-spurious.report.txt.zst", "BUG_SPURIOUS_REFLECTION", 6, "allowed-reflected" },
        { "vmx72-vm-mmio-retry.report.txt.zst", "LIVELOCK", 703, "emulation-skipped" },
        { "vmx72-vm-l2-no-xu.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 306, "xu-not-set" },
        { "vmx72-vm-xu-for-supervisor.report.txt.zst", "BUG_SPURIOUS_REFLECTION", 250, "xu-asked-for-supervisor-fetch" },
        { "vmx72-vm-fetch-as-read.report.txt.zst", "BUG_WRONG_REFLECTED_INFO", 237, "fetch-bit-wrong" },
        { "vmx72-vm-starts-in-fault.report.txt.zst", "LIVELOCK_NO_PROGRESS_SPTE", 499, "spte-never-writable" },
    };

    public static TheoryData<string, string, int> BrokenSptes => new()
    {
        { "svm61-g5a-w-nommuw.report.txt.zst", "w-without-mmu-writable", 8 },
        { "svm61-g5b-pse-l1.report.txt.zst", "pse-at-level-1", 8 },
        { "svm61-g5d-roslot-w.report.txt.zst", "w-without-host-writable", 8 },
        { "svm61-g11-wrongpfn.dat", "wrong-pfn", 4 },
        { "svm61-vm-nx-huge.report.txt.zst", "nx-huge-mixed", 2 },
        { "svm61-vm-huge-log.report.txt.zst", "huge-page-while-logged", 2 },
        { "svm612-vm-shadow-w.report.txt.zst", "shadow-spte-exceeds-guest", 4 },
    };

    /// <summary>KVM was broken for 40 faults. But nothing was recorded except the vCPU, and what comes to an end is a storm where nobody can tell.</summary>
    [Fact]
    public void Retries_that_end_in_a_recording_of_one_vCPU_may_be_a_storm()
    {
        var judge = Replay("svm61-legacy-g2-stale.report.txt.zst").Judge;
        Assert.Equal((40L, 0), (judge.CountOf(FaultVerdict.RetryStorm), judge.Bugs.Count));
    }

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_healthy_trace_has_no_bug_and_no_finding(string file)
    {
        var outcome = Replay(file);
        Assert.Equal(ReplayOverall.Expected, outcome.Overall);
        Assert.Empty(outcome.Judge.Bugs);
        Assert.Empty(outcome.Judge.Findings);
        Assert.Equal(0, outcome.Judge.CountOf(FaultVerdict.Unexplained) + outcome.Judge.CountOf(FaultVerdict.Undecidable));
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_KVM_is_found_and_its_fault_named(string file, string verdict, long faults, string hypothesis)
    {
        var outcome = Replay(file);
        Assert.Equal(ReplayOverall.KvmBug, outcome.Overall);
        Assert.Equal([verdict], outcome.Judge.Bugs.Select(b => b.Verdict.Name()).Distinct());
        Assert.Equal(faults, outcome.Judge.Bugs.Sum(b => b.Count));
        Assert.All(outcome.Judge.Bugs, b => Assert.Equal(hypothesis, HypothesisRanking.Rank(b)[0].Id));
        Assert.All(outcome.Judge.Bugs, b => Assert.InRange(b.Evidence.Count, 2, 14));
    }

    [Theory]
    [MemberData(nameof(BrokenSptes))]
    public void An_SPTE_that_breaks_a_rule_is_a_finding_and_no_bug(string file, string id, int frames)
    {
        var outcome = Replay(file);
        Assert.Equal(ReplayOverall.Expected, outcome.Overall);
        Assert.Equal(frames, Assert.Single(outcome.Judge.Findings, f => f.Id == id).DistinctGfns);
    }

    [Theory]
    [InlineData("038-ept-violation-livelock-mmu-seq.txt", 6)]
    [InlineData("039-npf-livelock-mmu-seq.txt", 6)]
    [InlineData("svm61-g1a-kvmonly.report.txt.zst", 1617)]
    public void Without_kvmmmu_events_a_livelock_is_a_shape_and_undecidable(string file, int repeats)
    {
        var outcome = Replay(file);
        Assert.Equal(ReplayOverall.Undecidable, outcome.Overall);
        Assert.Equal(repeats, outcome.Judge.LivelockShaped.Max(s => s.Count));
        var note = outcome.Report.Document["notes"]![0]!;
        Assert.Equal("L02", (string?)note["id"]);
        Assert.Contains("-e kvmmmu", (string?)outcome.Report.Document["why"]);
    }

    [Fact]
    public void MMIO_that_is_tried_for_ever_is_no_poll_loop()
    {
        var outcome = Replay("vmx72-vm-mmio-retry.report.txt.zst");
        Assert.Empty(outcome.Report.Document["loops"]!.AsArray());
        Assert.Equal(12, outcome.Judge.Faults);
        Assert.Equal((705L, 703L), (outcome.Judge.MmioMisconfigs, Assert.Single(outcome.Judge.Bugs).Count));
    }

    /// <summary>The first SPTE stands before any exit that names the vendor, and has bit 10: XU on Intel, MMU-writable on AMD.</summary>
    [Fact]
    public void A_trace_that_starts_within_a_fault_accuses_no_SPTE_wrongly() =>
        Assert.Empty(Replay("vmx72-vm-starts-in-fault.report.txt.zst").Judge.Findings);

    [Fact]
    public void A_poll_loop_is_no_MMU_matter()
    {
        var outcome = Replay("000-seed-mbec-cet-pm-timer-loop.txt");
        Assert.Equal(ReplayOverall.Expected, outcome.Overall);
        Assert.Equal("""{"NON_MMU_POLL_LOOP":1}""", outcome.Report.Document["verdicts"]!.ToJsonString());
        Assert.Equal(0, (long)outcome.Report.Document["faults"]!);
    }

    [Fact]
    public void The_nested_MBEC_trace_is_understood()
    {
        var outcome = Replay("vmx72-control-mbec.dat");
        var config = outcome.Report.Document["config"]!;
        Assert.True((bool)config["mbec"]!["value"]!);
        Assert.Equal("trace", (string?)config["mbec"]!["from"]);
        Assert.Equal("7.2", (string?)config["kernel"]!["value"]);
        Assert.Equal(58, outcome.Judge.CountOf(FaultVerdict.ExpectedL1Reflected));
    }

    [Fact]
    public void Each_fault_is_told_once_in_the_order_of_the_trace()
    {
        var each = new List<FaultRecord>();
        using var trace = Trace.Open(Path.Combine(Folder, "svm61-control-smp2.report.txt.zst"));
        var outcome = ReplayRunner.Run(trace, new ReplayOptions { Each = each.Add });
        Assert.Equal(outcome.Judge.Faults, each.Count);
        Assert.All(each.GroupBy(r => r.Verdict), g => Assert.Equal(outcome.Judge.CountOf(g.Key), g.Count()));
        Assert.Equal(each.Select(r => r.TimeNs).Order(), each.Select(r => r.TimeNs));
    }

    [Fact]
    public void An_option_overrules_the_trace_and_says_so()
    {
        using var trace = Trace.Open(Path.Combine(Folder, "vmx72-mbec0-control.report.txt.zst"));
        var outcome = ReplayRunner.Run(trace, new ReplayOptions { Mbec = true, Kernel = KvmTraceLab.Mmu.KvmKernel.V72 });
        var config = outcome.Report.Document["config"]!;
        Assert.Equal("""{"value":true,"from":"option","evidence":"given"}""", config["mbec"]!.ToJsonString());
        Assert.Equal("option", (string?)config["kernel"]!["from"]);
    }

    private static string FindFolder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            foreach (var part in (string[])["", Path.Combine("tests", "KvmTraceLab.Tests")])
            {
                var folder = Path.Combine(at.FullName, part, "Fixtures", "replay");
                if (Directory.Exists(folder)) return folder;
            }
        }

        throw new DirectoryNotFoundException("Fixtures/replay");
    }

    private static ReplayOutcome Replay(string file)
    {
        using var trace = Trace.Open(Path.Combine(Folder, file));
        return ReplayRunner.Run(trace, new ReplayOptions());
    }
}
