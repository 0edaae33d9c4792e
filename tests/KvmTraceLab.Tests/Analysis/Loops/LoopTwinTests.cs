using KvmTraceLab.Analysis.Loops;

namespace KvmTraceLab.Tests.Analysis.Loops;

/// <summary>
/// The one-pass finder against an obvious one that looks at every place and period. They agree in this sense: (1) an uninterrupted loop the
/// detector reports is a maximal repetition, with its smallest period, whole; (2) of every maximal repetition with enough turns, an event lies in
/// a reported loop, unless a repetition of a longer period (two turns are enough) covers it: then the longer one was followed.
/// </summary>
public sealed class LoopTwinTests
{
    private const int Min = 4;

    [Fact]
    public void One_pass_and_every_place_agree()
    {
        var random = new Random(2026);
        for (var round = 0; round < 400; round++)
        {
            var letters = Letters(random);
            var naive = Repetitions(letters);
            var script = new LoopScript().Letters(letters);
            var loops = script.Loops(Min);
            var found = loops.Select(l => (Start: (int)((l.StartNs / 1000) - 1_000_000), End: (int)((l.EndNs / 1000) - 1_000_000) + 1, Loop: l)).ToList();
            foreach (var (start, end, loop) in found.Where(f => f.Loop.Interruptions == 0))
            {
                Assert.Contains((start, end, loop.Period), naive);
                Assert.Equal((end - start) / loop.Period, loop.Iterations);
            }

            foreach (var (start, end, period) in naive.Where(r => (r.End - r.Start) / r.Period >= Min && letters[r.Start..(r.Start + r.Period)].Any(l => l % 3 == 0)))
            {
                if (found.Exists(f => f.Start < end && start < f.End)) continue;
                Assert.True(naive.Exists(r => r.Period > period && r.Start < end && start < r.End), $"round {round}: ({start}, {end}, {period}) in {string.Join(' ', letters)}");
            }
        }
    }

    [Fact]
    public void Counts_kept_and_counts_rebuilt_agree()
    {
        var random = new Random(1);
        for (var round = 0; round < 100; round++)
        {
            var kept = new PeriodTracker();
            var rebuilt = new PeriodTracker();
            var letters = Enumerable.Range(0, random.Next(1, 600)).Select(_ => (uint)random.Next(1, 3)).ToArray();
            var answer = 0;
            foreach (var letter in letters)
            {
                answer = kept.Add(letter);
                rebuilt.Append(letter);
            }

            Assert.Equal(answer, rebuilt.Rebuild());
            for (var period = 1; period <= PeriodTracker.MaxPeriod; period++)
            {
                var slow = 0;
                while (slow < 192 && letters.Length - 1 - slow - period >= 0 && letters[^(slow + 1)] == letters[^(slow + 1 + period)]) slow++;
                Assert.Equal(slow, (int)Math.Min(192, kept.Matches(period)));
                Assert.Equal(slow, (int)Math.Min(192, rebuilt.Matches(period)));
            }
        }
    }

    private static int[] Letters(Random random)
    {
        var letters = new List<int>();
        var alphabet = random.Next(2, 5);
        while (letters.Count < 300)
        {
            if (random.Next(3) > 0)
            {
                for (var i = random.Next(1, 30); i > 0; i--) letters.Add(random.Next(alphabet));
                continue;
            }

            var body = Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(alphabet)).ToArray();
            for (var turns = random.Next(1, 9); turns > 0; turns--) letters.AddRange(body);
        }

        return [.. letters];
    }

    /// <summary>All maximal repetitions of at least two turns, each with its smallest period.</summary>
    private static List<(int Start, int End, int Period)> Repetitions(int[] letters)
    {
        var all = new List<(int Start, int End, int Period)>();
        for (var period = 1; period <= 64; period++)
        {
            for (var start = 0; start + period < letters.Length;)
            {
                var end = start + period;
                while (end < letters.Length && letters[end] == letters[end - period]) end++;
                if (end - start >= 2 * period && !all.Exists(r => r.Start == start && r.End == end && period % r.Period == 0)) all.Add((start, end, period));
                start = end - period + 1;
            }
        }

        return all;
    }
}
