using KvmTraceLab.Analysis.Loops;

namespace KvmTraceLab.Tests.Analysis.Loops;

public sealed class LoopDetectorTests
{
    /// <summary>Bodies of distinct letters that begin somewhere in the middle; the first is an exit.</summary>
    private static int[] Body(Random random, int period)
    {
        var letters = Enumerable.Range(0, 300).OrderBy(_ => random.Next()).Take(period).ToArray();
        if (!Array.Exists(letters, l => l % 3 == 0)) letters[random.Next(period)] = 999;
        return letters;
    }

    private static IEnumerable<int> Noise(Random random, int count)
    {
        var next = 10_000 + random.Next(1000);
        for (var i = 0; i < count; i++) yield return next++;
    }

    [Fact]
    public void Generated_loops_of_every_period_are_found_exactly()
    {
        var random = new Random(64);
        for (var period = 1; period <= 64; period++)
        {
            var body = Body(random, period);
            var turns = random.Next(16, 60);
            var script = new LoopScript().Letters(Noise(random, random.Next(1, 90)));
            var start = script.NextNs;
            var partial = random.Next(period);
            for (var turn = 0; turn < turns; turn++) script.Letters(body);
            script.Letters(body.Take(partial));
            var end = script.NextNs - 1000;
            script.Letters(Noise(random, random.Next(1, 90)).Select(l => l + 3000));
            var loop = Assert.Single(script.Loops());
            Assert.Equal((period, turns, 0), (loop.Period, loop.Iterations, loop.Interruptions));
            Assert.Equal((start, end), (loop.StartNs, loop.EndNs));
            Assert.Equal("kvm_exit", loop.Events[0].Event.Name);
            var first = Array.FindIndex(body, l => l % 3 == 0);
            Assert.Equal(Enumerable.Range(0, period).Select(i => Name(body[(first + i) % period])), loop.Events.Select(e => e.Event.Name));
            Assert.Equal((long)body[first], (long)loop.Events[0].Event.Slots[3]);
            Assert.All(loop.Events, e => Assert.Equal(e.Event.Name == "kvm_msr", e.Varying != 0));
        }
    }

    private static string Name(int letter) => (letter % 3) switch { 0 => "kvm_exit", 1 => "kvm_msr", _ => "kvm_entry" };

    [Fact]
    public void Host_interrupts_and_short_gaps_do_not_end_a_loop()
    {
        var random = new Random(11);
        foreach (var period in (int[])[1, 2, 3, 5, 8, 13, 31, 64])
        {
            var body = Body(random, period);
            var script = new LoopScript().Letters(Noise(random, 5));
            var turns = 0;
            var interruptions = 0;
            for (var piece = 0; piece < 6; piece++)
            {
                var more = random.Next(6, 40);
                turns += more;
                for (var turn = 0; turn < more; turn++)
                {
                    script.Letters(body);
                    if (turn < 1 || turn == more - 1 || random.Next(6) > 0) continue;
                    script.Interrupt();
                    interruptions++;
                }

                if (piece == 5) break;
                script.Letters(Noise(random, random.Next(1, 65)).Select(l => l + (piece * 3000)));
                interruptions++;
            }

            script.Letters(Noise(random, 70).Select(l => l + 99_000));
            var loop = Assert.Single(script.Loops());
            Assert.Equal((period, turns, interruptions), (loop.Period, loop.Iterations, loop.Interruptions));
            Assert.All(loop.Events, e => Assert.Equal(e.Event.Name == "kvm_msr", e.Varying != 0));
        }
    }

    /// <summary>
    /// Other events may break into a turn, which then goes on where it was, or is left and begun anew; and they may come again after a single turn.
    /// </summary>
    [Fact]
    public void Interruptions_may_fall_into_a_turn_and_after_every_turn()
    {
        var random = new Random(12);
        foreach (var period in Enumerable.Range(2, 63))
        {
            var body = Body(random, period);
            var script = new LoopScript().Letters(Noise(random, 5));
            var (start, turns, interruptions, noise) = (script.NextNs, 0, 0, 20_000);
            while (turns < 60)
            {
                // In the first turns there is nothing yet that could be gone on with.
                var breaks = turns >= 5 * (interruptions + 1);
                if (!breaks || random.Next(3) > 0)
                {
                    script.Letters(body);
                    turns++;
                    continue;
                }

                var at = random.Next(period);
                var left = at > 0 && random.Next(3) == 0;
                script.Letters(body.Take(at));
                var others = random.Next(1, left ? 65 - at : 65);
                script.Letters(Enumerable.Range(noise, others));
                noise += others;
                script.Letters(left ? body : body.Skip(at)).Letters(body);
                turns += 2;
                interruptions++;
                if (at > 0 || random.Next(2) > 0) continue;

                // One turn alone between two interruptions.
                script.Letters(Enumerable.Range(noise, 7)).Letters(body);
                noise += 7;
                turns++;
                interruptions++;
            }

            var end = script.NextNs - 1000;
            var loop = Assert.Single(script.Letters(Enumerable.Range(noise, 200)).Loops());
            Assert.Equal((period, turns, interruptions), (loop.Period, loop.Iterations, loop.Interruptions));
            Assert.Equal((start, end), (loop.StartNs, loop.EndNs));
            Assert.All(loop.Events, e => Assert.Equal(e.Event.Name == "kvm_msr", e.Varying != 0));
        }
    }

    /// <summary>Single turns of a loop that has ended are no longer its own where they are part of a longer one.</summary>
    [Fact]
    public void A_longer_loop_that_holds_turns_of_the_one_before_keeps_them()
    {
        var script = new LoopScript().Letters([9000, 9001]);
        for (var turn = 0; turn < 40; turn++) script.Letters([0, 1, 2]);
        script.Letters(Enumerable.Range(9100, 10));
        var start = script.NextNs;
        for (var turn = 0; turn < 20; turn++) script.Letters([0, 1, 2, 3, 4, 5, 6, 8]);
        Assert.Equal([(8, 20L, 0L, start), (3, 40L, 0L, 1_000_002_000L)], script.Loops().Select(l => (l.Period, l.Iterations, l.Interruptions, l.StartNs)));
    }

    /// <summary>Two rounds of turns and others look like a longer loop, which comes to nothing.</summary>
    [Fact]
    public void A_longer_loop_that_comes_to_nothing_takes_no_turns()
    {
        int[] turn = [0, 1, 4, 7, 2], other = [300, 302];
        var script = new LoopScript().Letters([9000, 9001]);
        foreach (var turns in (int[])[40, 2, 40])
        {
            for (var i = 0; i < turns; i++) script.Letters(turn);
            script.Letters(other);
        }

        var loop = Assert.Single(script.Letters(Enumerable.Range(9100, 80)).Loops());
        Assert.Equal((5, 82L, 2L), (loop.Period, loop.Iterations, loop.Interruptions));
    }

    /// <summary>Other events in every turn, some of them in two places of it, after four turns without.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Interruptions_may_come_in_every_turn_and_twice_in_one(int each)
    {
        foreach (var period in (int[])[4, 6, 11, 64])
        {
            var body = Body(new Random(period), period);
            var script = new LoopScript().Letters([9000, 9001]);
            var (start, noise) = (script.NextNs, 20_000);
            for (var turn = 0; turn < 40; turn++)
            {
                for (var place = 0; place < period; place++)
                {
                    var breaks = turn >= 4 && (place == 1 || (each == 2 && place == period - 1));
                    if (breaks) script.Letters([noise++]);
                    script.Letter(body[place]);
                }
            }

            script.Letters(body);
            var end = script.NextNs - 1000;
            var loop = Assert.Single(script.Letters(Enumerable.Range(noise, 200)).Loops());
            Assert.Equal((period, 41L, 36L * each, start, end), (loop.Period, loop.Iterations, loop.Interruptions, loop.StartNs, loop.EndNs));
        }
    }

    /// <summary>Turns in what looks for three rounds like a longer loop are the shorter one's; and where that comes to enough rounds, the longer one's.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(15)]
    [InlineData(16)]
    public void Turns_within_a_longer_repetition_are_whose_loop_it_is(int rounds)
    {
        int[] turn = [0, 1, 4, 7, 2], other = [300, 302];
        var script = new LoopScript().Letters([9000, 9001]);
        for (var i = 0; i < 40; i++) script.Letters(turn);
        for (var round = 0; round < rounds; round++) script.Letters(other).Letters(turn).Letters(turn);
        var loops = script.Letters(Enumerable.Range(9100, 200)).Loops().Select(l => (l.Period, l.Iterations, l.Interruptions));
        Assert.Equal(rounds < 16 ? [(5, 40L + (2 * rounds), (long)rounds)] : [(5, 40, 0), (12, rounds, 0)], loops.OrderBy(l => l.Period));
    }

    /// <summary>What resolved it broke into the last turn: the loop did not go on.</summary>
    [Fact]
    public void A_turn_that_something_else_ends_is_none()
    {
        var script = new LoopScript().Letters([9000, 9001]);
        for (var turn = 0; turn < 20; turn++) script.Letters([0, 1, 4, 2]);
        var loop = Assert.Single(script.Letters([0, 1, 300, 4, 2]).Letters(Enumerable.Range(9100, 80)).Loops());
        Assert.Equal((4, 20L, 0L), (loop.Period, loop.Iterations, loop.Interruptions));
    }

    [Fact]
    public void A_longer_gap_makes_two_loops()
    {
        var script = new LoopScript();
        foreach (var piece in (int[])[0, 1])
        {
            for (var turn = 0; turn < 20; turn++) script.Letters([0, 1, 2]);
            script.Letters(Enumerable.Range(5000 + (piece * 1000), 65));
        }

        Assert.Equal([(3, 20L, 0L), (3, 20L, 0L)], script.Loops().Select(l => (l.Period, l.Iterations, l.Interruptions)));
    }

    [Fact]
    public void Each_host_interrupt_counts_also_two_in_a_row_and_in_the_first_turns()
    {
        var script = new LoopScript().Letters(Enumerable.Range(9000, 3)).Letters([0, 1, 2]).Interrupt().Letters([0, 1, 2, 0]).Interrupt().Interrupt().Letters([1, 2]);
        for (var turn = 0; turn < 20; turn++) script.Letters([0, 1, 2]);
        var loop = Assert.Single(script.Interrupt().Letters(Enumerable.Range(9100, 80)).Loops());
        Assert.Equal((23L, 3L), (loop.Iterations, loop.Interruptions));
        Assert.Equal(3, loop.InterruptReasons["EXTERNAL_INTERRUPT"]);
    }

    /// <summary>The events of a turn may look alike by kind: only their tokens tell where a turn goes on after a gap.</summary>
    [Fact]
    public void A_resumed_loop_compares_like_with_like()
    {
        int[] body = [0, 2, 3, 5, 6, 8, 9, 11];
        var script = new LoopScript();
        for (var turn = 0; turn < 20; turn++) script.Letters(body);
        script.Letters([7777, 7778]);
        script.Letters(body.Skip(4));
        for (var turn = 0; turn < 20; turn++) script.Letters(body);
        var loop = Assert.Single(script.Loops());
        Assert.Equal((8, 1L), (loop.Period, loop.Interruptions));
        Assert.All(loop.Events, e => Assert.Equal(0UL, e.Varying));
    }

    [Fact]
    public void Random_streams_hold_no_loop()
    {
        var random = new Random(5);
        Assert.Empty(new LoopScript().Letters(Enumerable.Range(0, 3000).OrderBy(_ => random.Next())).Loops());
        Assert.Empty(new LoopScript().Letters(Enumerable.Range(0, 3000).Select(_ => random.Next(50))).Loops());
        Assert.Empty(new LoopScript().Letters(Enumerable.Range(0, 3000).Select(_ => random.Next(4))).Loops());
    }

    [Fact]
    public void A_repetition_without_an_exit_is_no_loop()
    {
        var script = new LoopScript().Letters([0, 2]);
        for (var turn = 0; turn < 100; turn++) script.Letters([1, 4]);
        Assert.Empty(script.Loops());
    }

    [Theory]
    [InlineData(15, 16, 0)]
    [InlineData(16, 16, 1)]
    [InlineData(2, 2, 1)]
    [InlineData(1, 2, 0)]
    public void The_limit_is_in_complete_periods(int turns, int limit, int loops)
    {
        var script = new LoopScript().Letters([9000, 9001]);
        for (var turn = 0; turn < turns; turn++) script.Letters([0, 1, 2]);
        Assert.Equal(loops, script.Letters([0, 1, 9002]).Loops(limit).Count);
    }

    [Fact]
    public void Lost_events_end_a_loop()
    {
        var script = new LoopScript();
        for (var turn = 0; turn < 40; turn++)
        {
            script.Letters([0, 1, 2]);
            if (turn == 19) script.Raw("CPU:1 [9 EVENTS DROPPED]");
        }

        Assert.Equal([20L, 20L], script.Loops().Select(l => l.Iterations));
    }

    [Fact]
    public void Events_lost_on_another_CPU_do_not()
    {
        var script = new LoopScript();
        for (var turn = 0; turn < 40; turn++)
        {
            script.Letters([0, 1, 2]);
            if (turn == 19) script.Raw("CPU:0 [9 EVENTS DROPPED]");
        }

        Assert.Equal([40L], script.Loops().Select(l => l.Iterations));
    }

    /// <summary>All that there is, once, without the loop's own first event, though that is one worth showing.</summary>
    [Fact]
    public void What_came_before_ends_where_the_loop_begins()
    {
        var script = new LoopScript().Letters([9002]).Event("kvm_cr", "cr_write 4 = 0xb50ef8").Letters([9005]);
        for (var turn = 0; turn < 20; turn++) script.Letters([1, 0]);
        var loop = Assert.Single(script.Loops());
        Assert.Equal(["kvm_entry", "kvm_cr", "kvm_entry"], loop.PrecededBy.Select(e => e.Name));
        Assert.Equal([1_000_000_000L, 1_000_001_000, 1_000_002_000], loop.PrecededBy.Select(e => e.Time));
    }

    [Fact]
    public void Two_threads_loop_apart()
    {
        var script = new LoopScript();
        for (var turn = 0; turn < 50; turn++)
        {
            foreach (var tid in (int[])[7, 8])
                script.Event("kvm_exit", "reason HLT rip 0x1 info 0 0", tid).Event("kvm_entry", "vcpu 0 rip 0x2", tid);
        }

        Assert.Equal([(7, 2, 50L), (8, 2, 50L)], script.Loops().Select(l => (l.Tid, l.Period, l.Iterations)));
        Assert.All(script.Loops(), l => Assert.Equal(LoopKind.Idle, l.Kind));
    }

    /// <summary>Runs inside too few turns of an outer sequence stand for themselves.</summary>
    [Fact]
    public void Inner_runs_are_kept_where_the_outer_one_is_no_loop()
    {
        var script = new LoopScript().Letters([9000, 9001]);
        for (var turn = 0; turn < 2; turn++) script.Letters(Enumerable.Repeat(0, 30)).Letters([4]);
        var loop = Assert.Single(script.Letters(Enumerable.Range(9100, 100)).Loops());
        Assert.Equal((1, 60L, 1L), (loop.Period, loop.Iterations, loop.Interruptions));
    }

    [Fact]
    public void Interrupts_that_return_alone_are_a_tick()
    {
        var script = new LoopScript();
        for (var i = 0; i < 40; i++)
            script.Event("kvm_exit", "reason EXTERNAL_INTERRUPT rip 0x1 info 0 800000ec").Event("kvm_entry", "vcpu 0 rip 0x1");
        var loop = Assert.Single(script.Loops());
        Assert.Equal((2, 40L, LoopKind.InterruptStorm), (loop.Period, loop.Iterations, loop.Kind));
    }

    [Fact]
    public void A_walk_through_memory_is_a_sweep()
    {
        var script = new LoopScript();
        for (var i = 0; i < 40; i++)
        {
            script.Event("kvm_exit", "reason EPT_VIOLATION rip 0x40 info 582 0").Event("kvm_page_fault", $"address {0x1000 * (i + 1):x} error_code 582")
                .Event("kvm_entry", "vcpu 0 rip 0x40");
        }

        var loop = Assert.Single(script.Loops());
        Assert.Equal((3, 40L, LoopKind.Sweep, LoopProgress.Address), (loop.Period, loop.Iterations, loop.Kind, loop.Progress));
    }

    [Fact]
    public void What_came_before_prefers_registers_over_the_nearest_events()
    {
        var script = new LoopScript().Event("kvm_entry", "vcpu 0 rip 0x1").Event("kvm_cr", "cr_write 4 = 0xb50ef8");
        script.Letters(Enumerable.Range(9000, 120).Where(l => l % 3 != 1));
        for (var turn = 0; turn < 20; turn++) script.Letters([0, 2]);
        var loop = Assert.Single(script.Loops());
        Assert.Equal(8, loop.PrecededBy.Count);
        Assert.Equal("kvm_cr", loop.PrecededBy[0].Name);
        Assert.True(loop.PrecededBy.Zip(loop.PrecededBy.Skip(1)).All(p => p.First.Time <= p.Second.Time));
        Assert.True(loop.PrecededBy[^1].Time < loop.StartNs);
    }
}
