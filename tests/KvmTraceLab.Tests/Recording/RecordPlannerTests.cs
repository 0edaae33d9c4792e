using KvmTraceLab.Analysis.Recording;

namespace KvmTraceLab.Tests.Recording;

public sealed class RecordPlannerTests
{
    [Fact]
    public void Everything_is_recorded_unless_a_process_is_named()
    {
        RecordPlan plan = RecordPlanner.Plan(new RecordOptions { Output = "boot trace.dat" }, FakeHost.WithGuest());
        Assert.Empty(plan.Problems);
        Assert.Equal("/usr/bin/trace-cmd record -e kvm -e kvmmmu -b 32768 -C mono -o 'boot trace.dat'", plan.CommandLine);
        Assert.Equal("boot trace.dat.ktl.json", plan.SidecarPath);
    }

    [Fact]
    public void A_process_is_recorded_with_all_its_threads()
    {
        var options = new RecordOptions { Pids = [16100], Seconds = 5, BufferKb = 4096, Clock = "tai", ExtraEvents = ["sched:sched_switch", "sched:sched_switch"] };
        RecordPlan plan = RecordPlanner.Plan(options, FakeHost.WithGuest());
        Assert.Equal("/usr/bin/trace-cmd record -e kvm -e kvmmmu -e sched:sched_switch -b 4096 -C tai -P 16100,16105,16106 -o trace.dat", plan.CommandLine);
        Assert.Equal(5, plan.Seconds);
    }

    [Fact]
    public void A_command_is_recorded_until_it_ends_and_its_secrets_are_not_written_down()
    {
        string[] command = ["/bin/sh", "-object", "secret,id=k,data=hunter2", "a b"];
        RecordPlan plan = RecordPlanner.Plan(new RecordOptions { Command = command }, FakeHost.WithGuest());
        Assert.EndsWith(" -C mono -o trace.dat /bin/sh -object secret,id=k,data=hunter2 'a b'", plan.CommandLine, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", plan.CommandLineWithoutSecrets, StringComparison.Ordinal);
        Assert.EndsWith(" 'a b'", plan.CommandLineWithoutSecrets, StringComparison.Ordinal);
        Assert.True(plan.EndsByItself);
        Assert.Contains("there is no program ./nosuch", Assert.Single(RecordPlanner.Plan(new RecordOptions { Command = ["./nosuch"] }, FakeHost.WithGuest()).Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16777216, 32, 32768)]
    [InlineData(1 << 30, 4, 65536)]
    [InlineData(1000, 2, 1408)]
    public void Buffers_follow_memory_and_CPUs(int availableKb, int cpus, int kb)
    {
        FakeHost host = FakeHost.WithGuest();
        host.Files["/proc/meminfo"] = $"MemAvailable: {availableKb} kB";
        for (int i = cpus; i < 32; i++) host.Files.Remove($"/sys/devices/system/cpu/cpu{i}/online");
        Assert.Contains($" -b {kb} ", RecordPlanner.Plan(new RecordOptions(), host).CommandLine, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_told_with_what_to_do()
    {
        string problem = Assert.Single(RecordPlanner.Plan(new RecordOptions(), FakeHost.WithGuest(traceCmd: false)).Problems);
        Assert.Contains("apt install trace-cmd", problem, StringComparison.Ordinal);

        // The effective user counts, not the saved one.
        problem = Assert.Single(RecordPlanner.Plan(new RecordOptions(), FakeHost.WithGuest(root: false)).Problems);
        Assert.Contains("sudo ktl record", problem, StringComparison.Ordinal);

        problem = Assert.Single(RecordPlanner.Plan(new RecordOptions { Pids = [99] }, FakeHost.WithGuest()).Problems);
        Assert.Contains("no process 99", problem, StringComparison.Ordinal);

        FakeHost bare = FakeHost.WithGuest();
        bare.Files.Remove("/sys/kernel/tracing/events/kvm/enable");
        bare.Files.Remove("/sys/kernel/tracing/events/kvmmmu/enable");
        bare.Files["/sys/kernel/tracing/events/sched/enable"] = "0";
        problem = Assert.Single(RecordPlanner.Plan(new RecordOptions(), bare).Problems);
        Assert.Contains("modprobe kvm_intel", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_kernel_lacks_is_left_out()
    {
        FakeHost host = FakeHost.WithGuest();
        host.Files.Remove("/sys/kernel/tracing/events/kvmmmu/enable");
        host.Files["/sys/kernel/tracing/trace_clock"] = "[local] global\n";
        Assert.Equal("/usr/bin/trace-cmd record -e kvm -b 32768 -o trace.dat", RecordPlanner.Plan(new RecordOptions(), host).CommandLine);
    }
}
