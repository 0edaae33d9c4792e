using KvmTraceLab.Replay;

namespace KvmTraceLab.Tests.Replay.Lanes;

/// <summary>Which threads a loss has to be told to: those seen since the one before, where they were seen last.</summary>
public sealed class WholeLanesTests
{
    private readonly WholeLanes _whole = new();
    private readonly VcpuLane[] _lanes = [.. Enumerable.Range(0, 40).Select(i => new VcpuLane(100 + i, i))];

    [Fact]
    public void A_thread_is_taken_once()
    {
        foreach (var lane in _lanes.Reverse()) _whole.Put(lane, lane.Index % 2);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => 2 * i), Taken(0));
        Assert.Empty(Taken(0));
        _whole.Put(_lanes[6], 0);
        Assert.Equal([6], Taken(0));
        Assert.Equal(20, Taken(-1).Length);
        Assert.Empty(Taken(-1));
    }

    [Fact]
    public void A_thread_without_a_CPU_may_have_been_on_any()
    {
        _whole.Put(_lanes[3], -1);
        _whole.Put(_lanes[1], 5);
        _whole.Put(_lanes[2], 6);
        Assert.Equal([1, 3], Taken(5));
        Assert.Equal([2], Taken(-1));
    }

    /// <summary>Whatever moves where: the lists hold what a look at all threads finds.</summary>
    [Fact]
    public void As_a_look_at_all_threads()
    {
        var random = new Random(7);
        var on = new Dictionary<int, int>();
        for (var i = 0; i < 20_000; i++)
        {
            var (lane, cpu) = (random.Next(_lanes.Length), random.Next(-1, 6));
            if (random.Next(10) > 0)
            {
                on[lane] = cpu;
                _whole.Put(_lanes[lane], cpu);
                continue;
            }

            var expected = on.Where(o => cpu < 0 || o.Value < 0 || o.Value == cpu).Select(o => o.Key).Order().ToList();
            Assert.Equal(expected, Taken(cpu));
            foreach (var taken in expected) on.Remove(taken);
        }
    }

    private int[] Taken(int cpu) => [.. _whole.Take(cpu).Select(l => l.Index)];
}
