using System.Text.Json.Nodes;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Recording;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output;
using KvmTraceLab.Replay;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Analysis.Guests;

/// <summary>Which vCPU threads make a virtual machine.</summary>
public sealed class GuestTests
{
    private static readonly QemuCpu AnyCpu = QemuCpu.Of([]);

    /// <summary>One exit of each thread: 1 ms in the guest, then 2 ms in the host.</summary>
    private static Report Report(IReadOnlyList<TracedProcess> processes, params (int Tid, int Vcpu)[] threads)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < threads.Length; i++)
        {
            var (tid, vcpu) = threads[i];
            text.Append($"CPU {vcpu}/KVM-{tid} [000] 5.{i:000}000: kvm_entry: vcpu {vcpu}, rip 0x10\n");
            text.Append($"CPU {vcpu}/KVM-{tid} [000] 5.{i + 1:000}000: kvm_exit: vcpu {vcpu} reason MSR_WRITE rip 0x10 info1 0x0 info2 0x0 intr_info 0x0 error_code 0x0\n");
            text.Append($"CPU {vcpu}/KVM-{tid} [000] 5.{i + 3:000}000: kvm_entry: vcpu {vcpu}, rip 0x12\n");
        }

        var trace = Analyzed.Text(text.ToString());
        var suite = new AnalysisSuite();
        var replayer = new TraceReplayer(suite.Observers);
        foreach (var batch in trace.Batches()) replayer.Process(batch);
        replayer.End();
        return suite.Report("analyze", new TraceRun(trace, replayer) { Processes = processes });
    }

    private static string Threads(Report report) =>
        string.Join(" | ", report.Document["guests"]!.AsArray().Select(g => string.Join(",", g!["tids"]!.AsArray().Select(t => (int)t!))).Order(StringComparer.Ordinal));

    [Fact]
    public void A_vCPU_0_begins_a_guest()
    {
        var report = Report([], (101, 1), (100, 0), (200, 0), (203, 1), (300, 0));
        Assert.Equal("100,101 | 200,203 | 300", Threads(report));
        var table = report.Sections.Single(s => s.Id == "guests").Table!;
        Assert.Equal(["1", "2", "3"], table.Rows.Select(r => r[0]).Order());
        Assert.Equal(["100-101", "200, 203", "300"], table.Rows.Select(r => r[1]).Order());
        var first = report.Document["guests"]!.AsArray().Single(g => (int)g!["tids"]![0]! == 100)!;
        Assert.Equal((2L, 2_000_000L, 4_000_000L, "threads"), ((long)first["exits"]!, (long)first["guestNs"]!, (long)first["hostNs"]!, (string)first["from"]!));
        // 6 ms of the 7 ms from the first event to the last
        Assert.Equal(0.857, (double)first["busyCpus"]!);
    }

    [Theory]
    [InlineData(100, 0, 101, 0, 102, 1, 103, 1)] // two started at once
    [InlineData(100, 0, 101, 2, 200, 0, 201, 1)] // one has not run
    [InlineData(100, 1, 101, 2, 200, 0, 201, 1)] // the first has not run
    [InlineData(100, 0, 101, 1, 200, 0, 900, 1)] // nothing says that 900 belongs to 200
    public void Threads_that_do_not_come_out_even_make_no_guests(int a, int b, int c, int d, int e, int f, int g, int h)
    {
        var report = Report([], (a, b), (c, d), (e, f), (g, h));
        Assert.Equal("", Threads(report));
        Assert.DoesNotContain(report.Sections, s => s.Id == "guests");
    }

    [Fact]
    public void One_guest_needs_no_table()
    {
        var report = Report([], (100, 0), (101, 1));
        Assert.Equal("100,101", Threads(report));
        Assert.DoesNotContain(report.Sections, s => s.Id == "guests");
        Assert.StartsWith("guest,tids,vcpus,exits,exit_rate,guest_ns,host_ns,idle_ns,busy_cpus\n", ReportOutputs.Render("csv", report, new OutputOptions { Table = "guests" }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_recorded_of_the_processes_is_better_than_thread_numbers()
    {
        TracedProcess[] processes =
        [
            new(90, ["qemu-system-x86_64", "-name", "guest=web1,debug-threads=on"], new Dictionary<int, int> { [0] = 100, [1] = 102 }, AnyCpu),
            new(91, ["qemu-system-x86_64"], new Dictionary<int, int> { [0] = 101, [1] = 103 }, AnyCpu),
            new(92, ["qemu-system-x86_64"], new Dictionary<int, int> { [0] = 500 }, AnyCpu),
        ];
        var report = Report(processes, (100, 0), (101, 0), (102, 1), (103, 1));
        Assert.Equal("100,102 | 101,103", Threads(report));
        Assert.Equal(["pid 91", "web1 (pid 90)"], report.Sections.Single(s => s.Id == "guests").Table!.Rows.Select(r => (string)r[0]!).Order(StringComparer.Ordinal));
        Assert.All(report.Document["guests"]!.AsArray(), g => Assert.Equal("sidecar", (string)g!["from"]!));
    }
}
