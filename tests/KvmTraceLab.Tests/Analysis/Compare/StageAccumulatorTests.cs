using FsCheck;
using FsCheck.Fluent;
using KvmTraceLab.Analysis.Compare;

namespace KvmTraceLab.Tests.Analysis.Compare;

public sealed class StageAccumulatorTests
{
    [Fact]
    public void A_small_run_is_told_whole()
    {
        var a = new StageAccumulator("run.dat", "trace-dat");
        a.OnEvent(1_000);
        a.OnVcpu(7);
        a.OnVcpu(8);
        a.OnVcpu(7);
        a.OnExit(1_500, "HLT", 400);
        a.OnExit(2_500, "CPUID");
        a.OnHostTime("CPUID", 50);
        a.OnLost(3);
        a.OnLost(-1);
        a.OnEvent(5_096);

        RunSeries run = a.ToSeries();
        Assert.Equal(("run.dat", "trace-dat", 2L, 2, 3L, 1L), (run.Path, run.Format, run.Exits, run.Vcpus, run.LostEvents, run.LostMarkers));
        Assert.Equal(4096e-9, run.Seconds);
        Assert.Equal(4, run.WindowsCovered);
        Assert.Equal([1, 1, 0, 0, 0], run.Windows);
        Assert.Equal((450L, 50L), (run.HostNs!.Value, run.BusyHostNs!.Value));
        Assert.Equal(new ReasonTally(1, 400), run.Reasons["HLT"]);
        Assert.Equal(new ReasonTally(1, 50), run.Reasons["CPUID"]);
    }

    [Fact]
    public void A_clock_that_counts_cycles_has_no_seconds()
    {
        var a = new StageAccumulator("x", "");
        a.OnExit(0, "HLT", 1);
        a.OnExit(5000, "HLT", 1);
        RunSeries run = a.ToSeries(clockIsNanoseconds: false);
        Assert.Null(run.Seconds);
        Assert.Null(run.HostNs);
    }

    [Fact]
    public void Losses_beyond_counting_are_losses()
    {
        var a = new StageAccumulator("x", "");
        for (var i = 0; i < 3; i++) a.OnLost(long.MaxValue / 2);
        Assert.Equal((long.MaxValue, true), (a.ToSeries().LostEvents, a.ToSeries().HasLosses));
    }

    [Fact]
    public void Nothing_at_all_is_a_run_too()
    {
        RunSeries run = new StageAccumulator("x", "").ToSeries();
        Assert.Equal((0L, null), (run.Exits, run.Seconds));
        Assert.Empty(run.Windows);
    }

    [Fact]
    public void Windows_hold_every_exit_whatever_the_times() => Prop.ForAll(
        ArbMap.Default.ArbFor<long[]>(),
        times =>
        {
            var a = new StageAccumulator("x", "");
            foreach (long t in times) a.OnExit(t, "HLT");
            RunSeries run = a.ToSeries();
            if (run.Windows.Count == 0) return run.Seconds is null && run.Exits == times.Length;
            return run.Windows.Count <= StageAccumulator.MostWindows && run.Windows.Sum() == times.Length
                && Math.Abs(run.InWindows(37).Sum() - times.Length) < 1e-6;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Extreme_times_neither_overflow_nor_loop()
    {
        var a = new StageAccumulator("x", "");
        a.OnExit(long.MinValue + 1, "HLT");
        a.OnExit(long.MaxValue, "HLT");
        Assert.Equal(2, a.ToSeries().Windows.Sum());
    }

    [Fact]
    public void Reasons_are_bounded()
    {
        var a = new StageAccumulator("x", "");
        for (int i = 0; i < 10_000; i++) a.OnExit(i, $"UNKNOWN_{i}");
        RunSeries run = a.ToSeries();
        Assert.InRange(run.Reasons.Count, 1, 4100);
        Assert.Equal(10_000, run.Reasons.Values.Sum(r => r.Count));
    }
}
