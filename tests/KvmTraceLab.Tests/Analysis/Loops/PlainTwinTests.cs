using System.Globalization;
using System.Text;
using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Replay;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Analysis.Loops;

/// <summary>The one-pass finder and the plain one give the same whole answers.</summary>
public sealed class PlainTwinTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("KTL_LONG") == "1" ? 1500 : 250;

    /// <param name="seed">Which lanes.</param>
    /// <param name="turnsEach">At most one interruption after so many turns of a loop; several in one turn where it had enough before.</param>
    /// <param name="simple">Neither loops within loops nor turns that hold an event twice: with many interruptions it is chance which of them goes on.</param>
    [Theory]
    [InlineData(1, 5, false)]
    [InlineData(2, 2, true)]
    [InlineData(3, 1, true)]
    public void Loops_of_every_shape(int seed, int turnsEach, bool simple)
    {
        var (told, interrupted) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var random = new Random((seed * 100_000) + round);
            var writer = new LaneWriter(random) { TurnsEach = turnsEach, IsSimple = simple };
            for (var pieces = random.Next(1, 4); pieces > 0; pieces--) writer.Noise(random.Next(3) == 0 ? random.Next(1, 70) : random.Next(70, 90)).Piece();
            var min = random.Next(3) == 0 ? 16 : random.Next(5, 12);
            var lane = writer.Noise(random.Next(2) * 80).Lane;
            var expected = PlainLoopFinder.Find(lane, min);
            told += expected.Count;
            interrupted += expected.Count(l => l.Interruptions > 2);
            Assert.Equal($"round {round}\n" + string.Join('\n', expected), $"round {round}\n" + string.Join('\n', Found(lane, min)));
        }

        Assert.True(told > Rounds && interrupted > Rounds / 5, $"{told} loops, {interrupted} of them interrupted");
    }

    private static List<PlainLoop> Found(List<PlainEvent> lane, int min)
    {
        var text = new StringBuilder();
        for (var i = 0; i < lane.Count; i++)
        {
            var line = lane[i].IsLost ? "CPU:1 [9 EVENTS DROPPED]\n" : string.Create(CultureInfo.InvariantCulture, $"CPU 0/KVM-7 [001] 1{i / 1_000_000}.{i % 1_000_000:000000}: {lane[i].Name}: {lane[i].Payload()}\n");
            text.Append(line);
        }

        using var trace = Analyzed.Text(text.ToString());
        var detector = new LoopDetector(min);
        var replayer = new TraceReplayer([detector]);
        foreach (var batch in trace.Batches()) replayer.Process(batch);
        replayer.End();
        return [.. detector.Loops.Select(Told).OrderBy(l => l.First).ThenBy(l => l.Period)];
    }

    private static PlainLoop Told(Loop loop) =>
        new(Place(loop.StartNs), Place(loop.EndNs), loop.Period, (int)loop.Iterations, (int)loop.Interruptions)
        {
            Template = [.. loop.Events.Select(e => $"{e.Event.Name}: {e.Text}")],
            Progress = loop.Progress.ToString().ToLowerInvariant(),
            Kind = LoopReport.KindName(loop.Kind),
        };

    private static int Place(long ns) => (int)((ns - 10_000_000_000) / 1000);
}
