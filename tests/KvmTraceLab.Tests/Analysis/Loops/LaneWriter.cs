namespace KvmTraceLab.Tests.Analysis.Loops;

/// <summary>Makes lanes by chance: loops of every shape, with what may come between their events.</summary>
internal sealed class LaneWriter(Random random)
{
    private int _fresh = 100_000;
    private int _trips;

    public List<PlainEvent> Lane { get; } = [];

    /// <summary>Turns of a loop that there must have been for each interruption.</summary>
    public int TurnsEach { get; init; } = 5;

    /// <summary>No event comes twice in a turn, and no loop lies in another.</summary>
    public bool IsSimple { get; init; }

    /// <summary>Events that no other equals.</summary>
    public LaneWriter Noise(int count)
    {
        for (var i = 0; i < count; i++) Lane.Add(PlainEvent.Of(_fresh++));
        return this;
    }

    public LaneWriter Lost()
    {
        Lane.Add(PlainEvent.Lost);
        return this;
    }

    public int[] Body(int period)
    {
        var pool = Enumerable.Range(0, 600).OrderBy(_ => random.Next()).Take(period).ToArray();
        if (!Array.Exists(pool, l => l % 3 == 0)) pool[random.Next(period)] = 3 * random.Next(200);
        return IsSimple ? pool : random.Next(4) switch
        {
            // Inner repetition: A A B A A C.
            0 when period > 4 => [.. pool[..2], .. pool[..2], .. pool[2..^2]],
            1 when period > 6 => [.. Enumerable.Repeat(pool[0], random.Next(2, 5)), pool[1], .. Enumerable.Repeat(pool[0], 2), .. pool[2..^5]],
            _ => pool,
        };
    }

    /// <summary>Turns of a loop, perhaps cut anywhere in the last.</summary>
    public LaneWriter Loop(int[] body, int turns, int cut)
    {
        var (varies, hosts, breaks) = (random.Next(2) == 0, random.Next(3) == 0 ? random.Next(4, 60) : int.MaxValue, random.Next(2) == 0);
        var (gaps, done) = (0, 0);
        for (var turn = 0; turn <= turns; turn++)
        {
            for (var place = 0; place < (turn < turns ? body.Length : cut); place++)
            {
                if (hosts < int.MaxValue && random.Next(hosts) == 0)
                    for (var n = random.Next(8) == 0 ? 3 : 1; n > 0; n--) Lane.AddRange(PlainEvent.HostTrip(_trips++));
                if (breaks && done >= TurnsEach * (gaps + 1) && random.Next(2 * body.Length) == 0)
                {
                    gaps++;
                    Noise(random.Next(12) == 0 ? random.Next(60, 71) : random.Next(1, 20));
                }

                Lane.Add(PlainEvent.Of(body[place], varies ? random.Next(0x1000) : 0));
            }

            done++;
        }

        return this;
    }

    /// <summary>The same fault on page after page.</summary>
    public LaneWriter Sweep(int turns)
    {
        var (rip, page) = (0x50000 + _fresh++, random.Next(1 << 20));
        for (var i = 0; i < turns; i++)
        {
            Lane.Add(PlainEvent.Of(rip / 6 * 6 + 3));
            Lane.Add(PlainEvent.Of(rip / 6 * 6 + 4) with { Page = page + i });
            Lane.Add(PlainEvent.Of(rip / 6 * 6 + 2));
        }

        return this;
    }

    /// <summary>A piece of a lane, by chance.</summary>
    public LaneWriter Piece()
    {
        var period = random.Next(3) == 0 ? random.Next(1, 65) : random.Next(1, 9);
        var body = Body(period);
        var turns = random.Next(1, 40);
        switch (random.Next(IsSimple ? 1 : 0, 10))
        {
            case 0: // a loop in a loop
                var inner = Body(random.Next(1, 5));
                int[] outer = [.. Enumerable.Repeat(inner, random.Next(2, 7)).SelectMany(b => b), .. Body(random.Next(1, 9))];
                return Loop(inner, random.Next(1, 30), 0).Loop(outer, random.Next(1, 30), random.Next(outer.Length));
            case 1: // another phase: events left out
                return Loop(body, turns, random.Next(body.Length)).Loop(body, random.Next(2, 30), random.Next(body.Length));
            case 2: // joined with one event of both
                var other = Body(random.Next(1, 9));
                other[0] = body[0];
                return Loop(body, turns, 0).Loop(other, random.Next(2, 30), random.Next(other.Length));
            case 3: return Sweep(turns);
            case 4: return Loop(body, turns, random.Next(body.Length)).Lost().Loop(body, random.Next(2, 30), 0);
            case 5: // the same loop again, near or far
                return Loop(body, turns, random.Next(body.Length)).Noise(random.Next(1, 71)).Loop(body, random.Next(2, 30), 0);
            default: return Loop(body, turns, random.Next(body.Length));
        }
    }
}
