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
