using System.Text;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Exits;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Tests.Analysis.Exits;

/// <summary>More groups than are listed: the largest are whole, all exits are in the table, and a counter says how many were joined.</summary>
public sealed class ManyGroupsTests
{
    [Fact]
    public void The_rarest_groups_are_joined_and_counted()
    {
        const int Groups = ExitGroups.MaxRows + 500;
        var text = new StringBuilder();
        for (var i = 0; i < Groups; i++)
        {
            for (var n = i < 100 ? 3 : 1; n > 0; n--)
                text.Append($"a-1 [000] {i}.{n:d6}: kvm_exit: reason HLT rip 0x{i + 4096:x} info 0 0\na-1 [000] {i}.{n:d6}: kvm_entry: vcpu 0\n");
        }

        using var trace = Trace.Open(TraceInput.FromBytes(Encoding.ASCII.GetBytes(text.ToString()), "t"), new TraceOptions { Threads = 1 });
        Assert.True(ExitKeys.TryGet("rip", out var key));
        var groups = new ExitGroups([key], withoutHlt: false);
        var replayer = new TraceReplayer([groups]);
        foreach (var batch in trace.Batches()) replayer.Process(batch);
        replayer.End();
        var report = new Report("exits");
        groups.AddTo(report, new TraceRun(trace, replayer));

        var rows = report.Document["exits"]!.AsArray();
        Assert.Equal(ExitGroups.MaxRows + 1, rows.Count);
        Assert.All(rows.Take(100), r => Assert.Equal(3L, (long)r!["count"]!));
        Assert.Equal(("(other)", 500L), ((string)rows[^1]!["rip"]!, (long)rows[^1]!["count"]!));
        Assert.Equal((long)report.Document["total"]!, rows.Sum(r => (long)r!["count"]!));
        var counter = Assert.Single(trace.Health.Entries);
        Assert.Equal(("groupsFolded", 500), (counter.Counter.Name, counter.Count));
    }

    /// <summary>Few durations are kept as they are and many in buckets; the figures do not show which.</summary>
    [Fact]
    public void Percentiles_are_the_same_before_and_after_buckets()
    {
        var random = new Random(9);
        for (var round = 0; round < 200; round++)
        {
            var durations = Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.NextInt64() >> random.Next(20, 63)).ToList();
            var whole = new LatencyHistogram();
            foreach (var d in durations) whole.Add(d);
            var (left, right) = (new LatencyHistogram(), new LatencyHistogram());
            foreach (var (i, d) in durations.Index()) (i * 3 < durations.Count ? left : right).Add(d);
            left.Merge(right);
            Assert.Equal((whole.Count, whole.Total, whole.Min, whole.Max), (left.Count, left.Total, left.Min, left.Max));
            durations.Sort();
            foreach (var share in (double[])[0.01, 0.5, 0.95, 0.99, 1])
            {
                var exact = durations[Math.Max(1, (int)Math.Ceiling((decimal)share * durations.Count)) - 1];
                Assert.Equal(whole.Percentile(share), left.Percentile(share));
                Assert.InRange(whole.Percentile(share), exact * 0.99, exact * 1.01);
            }
        }
    }
}
