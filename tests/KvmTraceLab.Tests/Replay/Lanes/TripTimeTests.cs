using System.Text.Json.Nodes;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Replay.Lanes;

/// <summary>
/// Times run from an exit to the next entry of the same tid; the last exit of a lane has none, nor has a pair across a lost marker, an elision, or
/// an entry that is missing.
/// </summary>
public sealed class TripTimeTests
{
    private static string Exit(int us, int tid = 7, int cpu = 0, string reason = "CPUID") => $"CPU 0/KVM-{tid} [00{cpu}] 1.{us:000000}: kvm_exit: reason {reason} rip 0x1 info 0 0\n";

    private static string Entry(int us, int tid = 7, int cpu = 0) => $"CPU 0/KVM-{tid} [00{cpu}] 1.{us:000000}: kvm_entry: vcpu 0 rip 0x2\n";

    private static (long Count, long Timed, long Total) Cpuid(string text)
    {
        using var trace = Analyzed.Text(text);
        var row = Analyzed.Document(trace)["exits"]!.AsArray().Single(e => e!["reason"]!.GetValue<string>() == "CPUID")!;
        return (row["count"]!.GetValue<long>(), row["timed"]!.GetValue<long>(), row["totalNs"]!.GetValue<long>());
    }

    [Fact]
    public void A_pair_is_timed_and_the_last_exit_is_not() => Assert.Equal((2, 1, 5000), Cpuid(Exit(10) + Entry(15) + Exit(20)));

    [Fact]
    public void An_exit_whose_entry_is_missing_is_not_timed() => Assert.Equal((2, 1, 3000), Cpuid(Exit(10) + Exit(20) + Entry(23)));

    [Fact]
    public void Threads_do_not_mix() => Assert.Equal((2, 2, 17000), Cpuid(Exit(10) + Exit(11, tid: 8) + Entry(15) + Entry(23, tid: 8)));

    [Fact]
    public void A_vCPU_may_enter_on_another_CPU() => Assert.Equal((1, 1, 5000), Cpuid(Exit(10) + Entry(15, cpu: 3)));

    [Fact]
    public void No_time_reaches_across_a_lost_marker() => Assert.Equal((2, 1, 1000), Cpuid(Exit(10) + "CPU:0 [5 EVENTS DROPPED]\n" + Entry(15) + Exit(20) + Entry(21)));

    [Fact]
    public void A_loss_on_a_CPU_the_vCPU_was_not_on_does_not_matter() => Assert.Equal((1, 1, 5000), Cpuid(Exit(10) + "CPU:3 [5 EVENTS DROPPED]\n" + Entry(15)));

    /// <summary>Its entry and a further exit may have been among the events lost there.</summary>
    [Fact]
    public void A_loss_on_the_CPU_it_comes_back_on_does() => Assert.Equal((1, 0, 0), Cpuid(Exit(10) + "CPU:3 [5 EVENTS DROPPED]\n" + Entry(15, cpu: 3)));

    [Fact]
    public void No_time_reaches_across_an_elision() => Assert.Equal((2, 1, 1000), Cpuid(Exit(10) + "...\n" + Entry(15) + Exit(20) + Entry(21)));

    [Fact]
    public void Time_that_runs_backwards_is_not_counted() => Assert.Equal((1, 0, 0), Cpuid(Exit(10) + Entry(9)));

    [Fact]
    public void Percentiles_mean_and_extremes()
    {
        using var trace = Analyzed.Text(string.Concat(Enumerable.Range(1, 100).Select(i => Exit(i * 1000) + Entry((i * 1000) + i))));
        var row = Analyzed.Document(trace)["exits"]![0]!;
        Assert.Equal((100, 100, 5_050_000, 1000, 100_000), ((int)row["count"]!, (int)row["timed"]!, (int)row["totalNs"]!, (int)row["minNs"]!, (int)row["maxNs"]!));
        Assert.Equal(50_500.0, (double)row["meanNs"]!);
        foreach (var (key, exact) in (ReadOnlySpan<(string, double)>)[("p50Ns", 50_000), ("p95Ns", 95_000), ("p99Ns", 99_000)])
            Assert.InRange((double)row[key]!, exact * 0.99, exact * 1.01);
    }

    [Fact]
    public void Guest_host_and_idle_time_are_apart()
    {
        using var trace = Analyzed.Text(Entry(0) + Exit(10) + Entry(15) + Exit(20, reason: "HLT") + Entry(120));
        var text = KvmTraceLab.Output.ReportOutputs.Render("text", Analyzed.Report(trace));
        Assert.Contains("15.00us", text, StringComparison.Ordinal);
        Assert.Contains("100.00us", text, StringComparison.Ordinal);
    }
}
