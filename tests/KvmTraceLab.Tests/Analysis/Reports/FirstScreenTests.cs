using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Analysis.Reports;

/// <summary>What the first screen says of excerpts that no loop and no signature explains.</summary>
public sealed class FirstScreenTests
{
    private const string Stops =
        "smm_test-7600  [002]  4497.073918: kvm_exit:             reason EXIT_RSM rip 0x8004 info 0 0\n"
        + "smm_test-7600  [002]  4497.073928: kvm_emulate_insn:     0:8004: 0f aa FAIL\n"
        + "smm_test-7600  [002]  4497.073930: kvm_userspace_exit:   reason KVM_EXIT_INTERNAL_ERROR (17)\n";

    [Fact]
    public void A_VM_that_stops_is_no_VM_with_nothing_wrong()
    {
        var headline = Assert.Single(Headlines(Stops));
        Assert.Equal(HeadlineKind.Trouble, headline.Kind);
        Assert.StartsWith("KVM_RUN returned KVM_EXIT_INTERNAL_ERROR once", headline.Text, StringComparison.Ordinal);
        Assert.Single(headline.Details);
    }

    [Fact]
    public void An_exit_to_user_space_that_is_no_error_stops_nothing()
    {
        var headline = Assert.Single(Headlines(Stops.Replace("KVM_EXIT_INTERNAL_ERROR (17)", "KVM_EXIT_IO (2)", StringComparison.Ordinal)));
        Assert.Equal(HeadlineKind.Fact, headline.Kind);
    }

    [Fact]
    public void A_missing_syndrome_is_told_without_exits()
    {
        const string Text = " *   kvm_guest_fault: ipa 0x8000000 hsr 0x92000045 hxfar 0x8000420 pc 0x40085978\n *   kvm_userspace_exit: reason KVM_EXIT_ARM_NISV (28)\n";
        var headline = Headlines(Text)[0];
        Assert.Contains("[L37, confidence low]", headline.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("tid -1", headline.Text, StringComparison.Ordinal);
    }

    /// <summary>An address that somebody cut out is not 0.</summary>
    [Fact]
    public void A_shortened_exit_has_no_address()
    {
        var text = string.Concat(Enumerable.Range(0, 40).Select(i => $"CPU-14295 [000] 8388.39{i:0000}: kvm_exit:  reason HLT\nCPU-14295 [000] 8388.39{i:0000}: kvm_userspace_exit: reason KVM_EXIT_HLT (5)\nCPU-14295 [000] 8388.39{i:0000}: kvm_entry: vcpu 0\n"));
        var report = Analyzed.Json(Analyzed.Text(text));
        Assert.Contains("L17", report, StringComparison.Ordinal);
        Assert.DoesNotContain("at rip 0x0", report, StringComparison.Ordinal);
        Assert.Contains("\"rips\": []", report, StringComparison.Ordinal);
    }

    private static IReadOnlyList<Headline> Headlines(string text) => Analyzed.Report(Analyzed.Text(text)).Headlines;
}
