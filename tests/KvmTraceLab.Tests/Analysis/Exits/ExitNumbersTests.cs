using KvmTraceLab.Analysis.Exits;

namespace KvmTraceLab.Tests.Analysis.Exits;

/// <summary>Histogram and count map against the obvious: a sorted list, a dictionary.</summary>
public sealed class ExitNumbersTests
{
    [Fact]
    public void Percentiles_are_nearest_rank_within_a_hundredth()
    {
        var random = new Random(9);
        for (var round = 0; round < 200; round++)
        {
            var histogram = new LatencyHistogram();
            var other = new LatencyHistogram();
            var values = Enumerable.Range(0, random.Next(1, 400)).Select(_ => random.NextInt64(1L << random.Next(1, 62))).ToArray();
            foreach (var value in values) (random.Next(2) == 0 ? histogram : other).Add(value);
            histogram.Merge(other);
            Array.Sort(values);
            Assert.Equal((values.Length, values[0], values[^1]), (histogram.Count, histogram.Min, histogram.Max));
            foreach (var percent in (int[])[50, 95, 99])
            {
                var exact = values[((values.Length * percent) + 99) / 100 - 1];
                var got = histogram.Percentile(percent / 100.0);
                Assert.True(Math.Abs(got - exact) <= exact * 0.01, $"p{percent} of {values.Length}: {got}, exactly {exact}");
            }
        }
    }

    /// <summary>Small values have a bucket each, so a rank that is off by one shows.</summary>
    [Fact]
    public void Ranks_are_exact_for_every_count()
    {
        for (var count = 1; count <= 250; count++)
        {
            var histogram = new LatencyHistogram();
            for (var value = 0; value < count; value++) histogram.Add(value);
            foreach (var percent in (int[])[50, 95, 99, 100]) Assert.Equal((((count * percent) + 99) / 100) - 1, histogram.Percentile(percent / 100.0));
        }
    }

    [Fact]
    public void Sums_saturate()
    {
        var histogram = new LatencyHistogram();
        for (var i = 0; i < 3; i++) histogram.Add(long.MaxValue - 1);
        Assert.Equal((long.MaxValue, long.MaxValue - 1), (histogram.Total, histogram.Max));
        Assert.Equal(0, new LatencyHistogram().Percentile(0.5));
    }

    [Fact]
    public void Counts_are_those_of_a_dictionary()
    {
        var random = new Random(4);
        var map = new CountMap();
        var slow = new Dictionary<ulong, (long First, long Second)>();
        for (var i = 0; i < 20_000; i++)
        {
            var key = random.Next(3) == 0 ? 0 : (ulong)random.NextInt64() >> random.Next(64);
            var (first, second) = (random.Next(2), random.Next(2));
            map.Add(key, first, second);
            var before = slow.GetValueOrDefault(key);
            slow[key] = (before.First + first, before.Second + second);
        }

        Assert.Equal(slow.Count, map.Keys);
        Assert.Equal(slow.OrderByDescending(s => s.Value.First + s.Value.Second).ThenBy(s => s.Key).Select(s => (s.Key, s.Value.First, s.Value.Second)), map.Top(int.MaxValue));
        Assert.Equal(map.Top(int.MaxValue).Take(7), map.Top(7));
        Assert.Equal(0, map.Folded);
    }

    [Fact]
    public void Folding_loses_the_rarest_and_says_how_many()
    {
        var map = new CountMap(maxKeys: 100);
        for (var i = 0; i < 1000; i++)
        {
            map.Add(1, 1, 0);
            map.Add(2, 0, 1);
            map.Add((ulong)(1000 + i), 1, 0);
        }

        var sorted = map.Top(int.MaxValue);
        Assert.Equal([(1UL, 1000L, 0L), (2UL, 0L, 1000L)], sorted.Take(2));
        Assert.True(map.Keys <= 100);
        Assert.Equal(3000, sorted.Sum(s => s.First + s.Second) + map.Folded);
    }
}
