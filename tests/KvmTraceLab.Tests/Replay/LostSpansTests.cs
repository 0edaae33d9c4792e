using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>When which CPU lost events: from its last event to its next.</summary>
public sealed class LostSpansTests
{
    private readonly LostSpans _losses = new();

    [Fact]
    public void A_span_is_open_until_its_CPU_is_seen_again()
    {
        _losses.See(2, 10);
        _losses.Lose(2);
        _losses.See(0, 50);
        Assert.Equal(50, _losses.Now);
        Assert.Equal((false, true, true), (_losses.Touch(0, 10), _losses.Touch(0, 11), _losses.Touch(60, 70)));
        _losses.See(2, 20);
        Assert.Equal((false, true, true, false), (_losses.Touch(20, 30), _losses.Touch(19, 30), _losses.Touch(10, 11), _losses.Touch(60, 70)));
        _losses.See(2, 30);
        Assert.False(_losses.Touch(20, 30));
    }

    [Fact]
    public void The_share_of_a_time()
    {
        _losses.See(0, 10);
        _losses.Lose(0);
        _losses.See(0, 20);
        Assert.Equal([0, 0.5, 1, 0.5, 0, 0], new[] { _losses.Share(0, 10), _losses.Share(0, 20), _losses.Share(10, 20), _losses.Share(15, 25), _losses.Share(20, 30), _losses.Share(30, 40) });
        Assert.Equal(0, _losses.Share(15, 15));
        _losses.See(1, 12);
        _losses.Lose(1);
        _losses.See(1, 16);
        Assert.Equal(0.7, _losses.Share(0, 20), 9);
        Assert.Equal(1, _losses.Share(10, 20));
    }

    [Fact]
    public void A_CPU_that_was_not_seen_before_lost_all_until_now()
    {
        _losses.See(0, 5);
        _losses.Lose(3);
        Assert.True(_losses.Touch(long.MinValue + 1, 0));
        _losses.See(3, 7);
        Assert.Equal((true, false), (_losses.Touch(-100, -90), _losses.Touch(7, 8)));
        Assert.Equal(0.5, _losses.Share(0, 14));
    }

    [Fact]
    public void Without_a_time_nothing_can_be_said()
    {
        _losses.Lose(0);
        _losses.See(0, 5);
        Assert.False(_losses.Touch(long.MinValue + 1, long.MaxValue));
        Assert.Equal(long.MinValue, new LostSpans().Now);
    }

    /// <summary>Two markers with nothing of their CPU between them are one span.</summary>
    [Fact]
    public void A_second_marker_adds_nothing()
    {
        _losses.See(0, 10);
        _losses.Lose(0);
        _losses.Lose(0);
        _losses.See(0, 20);
        Assert.False(_losses.Touch(20, 30));
        Assert.Equal(0.5, _losses.Share(0, 20));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(63, true)]
    [InlineData(65_535, true)]
    [InlineData(65_536, false)]
    [InlineData(int.MaxValue, false)]
    public void CPUs_are_numbered_up_to_65535(int cpu, bool known)
    {
        _losses.See(0, 5);
        _losses.Lose(cpu);
        Assert.Equal(known, _losses.Touch(6, 7));
        _losses.See(cpu, 9);
        Assert.Equal((false, 9L), (_losses.Touch(9, 10), _losses.Now));
    }

    [Fact]
    public void CPUs_that_come_later_are_told_apart()
    {
        for (var cpu = 0; cpu < 100; cpu++) _losses.See(cpu, 10 + cpu);
        _losses.Lose(40);
        _losses.See(41, 200);
        Assert.Equal((false, true), (_losses.Touch(0, 50), _losses.Touch(0, 51)));
        _losses.See(40, 300);
        Assert.False(_losses.Touch(300, 301));
    }

    /// <summary>Beyond 65 536 spans the last one takes the rest, from where the CPU that lost was seen last.</summary>
    [Fact]
    public void Spans_without_end_become_one()
    {
        const int Kept = 65_536, End = 4 * Kept;
        _losses.See(1, 100);
        for (var i = 0; i < Kept; i++)
        {
            _losses.See(0, 4 * i);
            _losses.Lose(0);
            _losses.See(0, 4 * i + 2);
        }

        _losses.See(0, End);
        Assert.Equal((false, false, true), (_losses.Touch(102, 104), _losses.Touch(End - 2, End), _losses.Touch(End - 3, End)));
        _losses.Lose(0);
        _losses.See(0, End + 10);
        Assert.Equal((false, true, true), (_losses.Touch(102, 104), _losses.Touch(End - 2, End), _losses.Touch(End + 20, End + 30)));
        _losses.Lose(1);
        Assert.True(_losses.Touch(102, 104));
    }

    /// <summary>Spans are passed over in blocks: the answers are those of a look at each.</summary>
    [Fact]
    public void As_a_look_at_every_span()
    {
        var random = new Random(11);
        var spans = new List<(long From, long To)>();
        var seen = new Dictionary<int, long>();
        var open = new Dictionary<int, int>();
        for (long now = 0; now < 60_000; now += random.Next(3))
        {
            var cpu = random.Next(20);
            if (now > 0 && random.Next(12) == 0)
            {
                _losses.Lose(cpu);
                if (open.TryAdd(cpu, spans.Count)) spans.Add((seen.GetValueOrDefault(cpu, long.MinValue), long.MaxValue));
                continue;
            }

            _losses.See(cpu, now);
            seen[cpu] = now;
            if (open.Remove(cpu, out var span)) spans[span] = (spans[span].From, now);
        }

        Assert.True(spans.Count > 2000);
        for (var i = 0; i < 2000; i++)
        {
            var first = random.Next(70_000);
            var last = first + random.Next(i % 2 == 0 ? 20 : 5000);
            Assert.Equal(spans.Any(s => s.From < last && s.To > first), _losses.Touch(first, last));
            var lost = spans.Sum(s => Math.Max(0, (double)Math.Min(last, s.To) - Math.Max(first, s.From)));
            Assert.Equal(Math.Min(1, lost / Math.Max(1, last - first)), _losses.Share(first, last), 9);
        }
    }
}
