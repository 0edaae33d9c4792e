using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures.Remarks;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Tests.Analysis.Signatures;

public sealed class RemarkTests
{
    [Theory]
    [InlineData("watchdog: BUG: soft lockup - CPU#11 stuck for 28s! [CPU 0/KVM:16105]", LogKind.SoftLockup, 16105, "CPU 0/KVM", 11, 28)]
    [InlineData("watchdog: BUG: soft lockup - CPU#11 stuck for 28s [CPU 0/KVM:16105]", LogKind.SoftLockup, 16105, "CPU 0/KVM", 11, 28)]
    [InlineData("[ 4711.5] watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [qemu:kvm:99]", LogKind.SoftLockup, 99, "qemu:kvm", 3, 22)]
    [InlineData("watchdog: CPU11: Watchdog detected hard LOCKUP on cpu 11", LogKind.HardLockup, -1, null, 11, -1)]
    [InlineData("rcu: INFO: rcu_sched self-detected stall on CPU", LogKind.RcuStall, -1, null, -1, -1)]
    [InlineData("rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", LogKind.RcuStall, -1, null, -1, -1)]
    [InlineData("INFO: task CPU 2/KVM:4242 blocked for more than 120 seconds.", LogKind.HungTask, 4242, "CPU 2/KVM", -1, 120)]
    [InlineData("[ 12.5] usb 1-1: new device [hub:7]", LogKind.Other, 7, "hub", -1, -1)]
    public void Lines_of_a_kernel_log(string line, LogKind kind, int tid, string? comm, int cpu, int seconds) =>
        Assert.Equal(new LogDetails(kind, tid, comm, cpu, seconds), RemarkReader.Details(line));

    [Fact]
    public void Hand_made_rip_lists()
    {
        var details = RemarkReader.Details("* 987816 rip 0xfffff801b031bf36");
        Assert.Equal((LogKind.RipCount, 987816L, 0xfffff801b031bf36UL), (details.Kind, details.Count, details.Rip));
        Assert.Equal(LogKind.Other, RemarkReader.Details("kvm_entry: vcpu 0 rip 0x10 and more").Kind);
    }

    [Fact]
    public void Lines_join_the_vcpu_that_they_name()
    {
        const string Mail = """
            watchdog: CPU11: Watchdog detected hard LOCKUP on cpu 11
            watchdog: BUG: soft lockup - CPU#11 stuck for 28s [CPU 0/KVM:16105]
            * 987816 rip 0xfffff801b031bf36
            CPU 0/KVM-16105 [001] .....  4327.371276: kvm_cr:  cr_write 4 = 0xb50ef8
            CPU 0/KVM-16105 [001] d..1.  4327.373469: kvm_entry:  vcpu 0 rip 0xfffff801b031bf36
            CPU 0/KVM-16105 [001] d..1.  4327.373470: kvm_exit:  reason IO_INSTRUCTION rip 0xfffff801b031bf35 info 608000b 0
            """;
        using var trace = Trace.Open(TraceInput.FromBytes(System.Text.Encoding.UTF8.GetBytes(Mail)), new TraceOptions());
        var replayer = new TraceReplayer([]);
        var remarks = new List<Remark>();
        foreach (var batch in trace.Batches())
        {
            remarks.AddRange(batch.Remarks);
            replayer.Process(batch);
        }

        replayer.End();
        var report = new Report("analyze");
        new LogAnalysis().AddTo(report, new TraceRun(trace, replayer) { LogLines = RemarkReader.Read(remarks, "mail") });
        var log = report.Document["log"]!.AsArray();
        Assert.Equal(["hard-lockup", "soft-lockup", "rip-count"], log.Select(l => (string?)l!["kind"]));
        Assert.Equal([false, true, false], log.Select(l => (bool)l!["inTrace"]!));
        Assert.Equal(0, (int?)log[1]!["vcpu"]);
        Assert.Equal(987816, (long?)log[2]!["count"]);
        Assert.Contains("The host's log has a soft lockup of 28 s on host CPU 11, where vCPU 0 (tid 16105) of this trace ran.", Assert.Single(report.Sections).Paragraphs);
    }

    [Fact]
    public void A_log_that_cannot_be_read_is_one_clear_error()
    {
        var e = Assert.Throws<TraceException>(() => RemarkReader.ReadFile("/no/such/dmesg"));
        Assert.StartsWith("/no/such/dmesg: cannot be read as a kernel log", e.OneLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_file_gives_the_lines_that_matter_and_bears_long_ones()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "[1] boot\n" + new string('x', 100_000) + "\n[2] watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [CPU 1/KVM:7]\r\n");
            Assert.Equal([new LogLine("[2] watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [CPU 1/KVM:7]", 7, 1, path)], RemarkReader.ReadFile(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
