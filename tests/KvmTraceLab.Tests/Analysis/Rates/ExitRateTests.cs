using KvmTraceLab.Analysis.Rates;
using KvmTraceLab.Replay;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Analysis.Rates;

public sealed class ExitRateTests
{
    private static ExitRate Over(RateKey key, long? window, IEnumerable<(long Us, string Reason)> exits)
    {
        var text = string.Concat(exits.Select(e => $"CPU 0/KVM-7 [000] {e.Us / 1_000_000}.{e.Us % 1_000_000:000000}: kvm_exit: reason {e.Reason} rip 0x{e.Us % 3:x} info 0 0\n"));
        using var trace = Analyzed.Text(text);
        var rate = new ExitRate(key, window);
        var replayer = new TraceReplayer([rate]);
        foreach (var batch in trace.Batches()) replayer.Process(batch);
        replayer.End();
        return rate;
    }

    [Fact]
    public void Windows_hold_every_exit_once()
    {
        var random = new Random(8);
        long us = 5_000_000;
        var exits = Enumerable.Range(0, 5000).Select(_ => (us += random.Next(1, 4000), random.Next(3) == 0 ? "HLT" : "CPUID")).ToList();
        foreach (var window in (long?[])[null, 1_000_000, 50_000_000, 100])
        {
            var rate = Over(RateKey.Reason, window, exits);
            Assert.Equal(0, rate.Untimed);
            using var trace = Analyzed.Text("a-1 [000] 1.0: kvm_entry: vcpu 0\n");
            var top = rate.Top(new KvmTraceLab.Analysis.TraceRun(trace, new TraceReplayer([])));
            Assert.Equal(["CPUID", "HLT"], top.Select(t => t.Name));
            foreach (var (name, series) in top)
            {
                var times = exits.Where(e => e.Item2 == name).Select(e => (e.Item1 - exits[0].Item1) * 1000 / rate.WindowNs).ToList();
                Assert.Equal(times.Count, series.Total);
                foreach (var group in times.GroupBy(w => w)) Assert.Equal(group.Count(), series.CountAt((int)group.Key));
                Assert.True(series.Length <= 100_000);
            }
        }
    }

    [Fact]
    public void Halving_keeps_the_sum()
    {
        var series = new RateSeries();
        for (var i = 0; i < 1001; i++) series.Add(i, 2);
        series.Halve();
        Assert.Equal((501, 1001L, 2L, 1L), (series.Length, series.Total, series.CountAt(0), series.CountAt(500)));
        Assert.Equal(2002, Enumerable.Range(0, 600).Sum(series.HostNsAt));
    }

    /// <summary>A host has more vCPUs than are told apart; the one that begins to exit when all places are taken is the one to see.</summary>
    [Fact]
    public void A_category_that_comes_late_gets_a_place()
    {
        var lines = new System.Text.StringBuilder();
        var us = 1_000_000;
        void Exit(string rip) => lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"CPU 0/KVM-7 [000] {us / 1_000_000}.{us++ % 1_000_000:000000}: kvm_exit: reason CPUID rip 0x{rip} info 0 0\n");
        for (var i = 0; i < 2000; i++) Exit($"1{i:x4}");
        for (var i = 0; i < 1000; i++) Exit("beef");
        using var trace = Analyzed.Text(lines.ToString());
        var rate = new ExitRate(RateKey.Rip);
        var replayer = new TraceReplayer([rate]);
        foreach (var batch in trace.Batches()) replayer.Process(batch);
        replayer.End();
        var top = rate.Top(new KvmTraceLab.Analysis.TraceRun(trace, replayer));
        Assert.Equal(("0xbeef", 1000 - 31), (top[0].Name, top[0].Series.Total));
        Assert.Equal("other", top[^1].Name);
        Assert.Equal(3000, top.Sum(t => t.Series.Total));
        Assert.InRange(top.Count, 100, 513);
    }
}
