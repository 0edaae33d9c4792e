using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>How much of a run of retries an invalidation may explain: lane 0 waits, lane 1 invalidates.</summary>
public sealed class InvalidationLogTests
{
    private const long Ms = 1_000_000;
    private const long Far = 10 * InvalidationLog.ReachNs;

    private readonly InvalidationLog _log = new();

    [Fact]
    public void One_that_nothing_ended_explains_what_follows_however_late()
    {
        _log.Add(0, 1, Invalidation.Lasting);
        Assert.Equal(1, Covered(Far, Far + 80 * Ms, 300));
    }

    [Fact]
    public void One_of_the_waiting_thread_itself_explains_nothing()
    {
        _log.Add(0, 0, Invalidation.Lasting);
        Assert.Equal(0, Covered(1, 80 * Ms, 300));
    }

    [Fact]
    public void It_explains_no_more_than_so_many_faults()
    {
        _log.Add(0, 1, Invalidation.Lasting);
        Assert.Equal(0.25, Covered(Far, Far + 80 * Ms, 4 * InvalidationLog.ReachFaults), 6);
    }

    [Fact]
    public void A_later_fault_that_is_mapped_ends_it_after_its_reach()
    {
        _log.Add(0, 1, Invalidation.Lasting);
        _log.Mapped(faultTime: 1, time: 5 * Ms, gfn: 0);
        Assert.Equal(0, Covered(Far, Far + 80 * Ms, 300));
        Assert.Equal(0.5, Covered(0, 2 * InvalidationLog.ReachNs, 300), 6);
    }

    [Fact]
    public void A_mapping_long_after_tells_that_it_may_have_lasted_till_then()
    {
        _log.Add(0, 1, Invalidation.Lasting);
        _log.Mapped(faultTime: Far + 30 * Ms, time: Far + 40 * Ms, gfn: 0);
        Assert.Equal(0.5, Covered(Far, Far + 80 * Ms, 300), 6);
    }

    [Fact]
    public void A_fault_from_before_it_ends_nothing()
    {
        _log.Add(10, 1, Invalidation.Lasting);
        _log.Mapped(faultTime: 10, time: 5 * Ms, gfn: 0);
        Assert.Equal(1, Covered(Far, Far + 80 * Ms, 300));
    }

    [Fact]
    public void A_vCPU_that_invalidates_for_its_own_fault_is_waited_for_whatever_others_map()
    {
        var number = _log.Add(0, 1, Invalidation.Held);
        _log.Mapped(faultTime: 1, time: 2, gfn: 0);
        Assert.Equal(1, Covered(Far, Far + 80 * Ms, 300));
        _log.Release(number, Far + 20 * Ms);
        Assert.Equal(0.25, Covered(Far, Far + 80 * Ms, 300), 6);
    }

    [Fact]
    public void A_zap_of_one_mapping_has_its_reach_and_no_more()
    {
        _log.Add(0, 1, Invalidation.Passing);
        Assert.Equal(0, Covered(Far, Far + 80 * Ms, 300));
        Assert.Equal(1, Covered(0, 10 * Ms, 300));
    }

    [Fact]
    public void A_memslot_deletion_reaches_back()
    {
        _log.Add(15 * Ms, 1, Invalidation.WholeSlot);
        Assert.Equal(1, Covered(0, 10 * Ms, 300));
    }

    [Fact]
    public void What_is_forgotten_is_released_without_harm()
    {
        var number = _log.Add(0, 1, Invalidation.Held);
        for (var i = 1; i < 200_000; i++) _log.Add(i, 1, Invalidation.Passing);
        _log.Release(number, 5);
        Assert.Equal(200_000, _log.Count);
        Assert.Equal(0, Covered(Far, Far + 80 * Ms, 300));
    }

    /// <summary>The edges of the reach, in nanoseconds: the last moment counts, the next does not.</summary>
    [Fact]
    public void The_reach_is_20_ms()
    {
        _log.Add(0, 1, Invalidation.Passing);
        Assert.Equal(0, Covered(20 * Ms, 21 * Ms, 300));
        Assert.Equal(1e-6, Covered(20 * Ms - 1, 21 * Ms - 1, 300), 12);
    }

    [Fact]
    public void A_memslot_deletion_reaches_back_20_ms()
    {
        _log.Add(30 * Ms, 1, Invalidation.WholeSlot);
        Assert.Equal(0, Covered(0, 10 * Ms, 300));
        Assert.Equal(1e-7, Covered(0, 10 * Ms + 1, 300), 9);
        Assert.Equal(0, Covered(0, 9 * Ms, 300));
    }

    /// <summary>Two that overlap explain a time once.</summary>
    [Fact]
    public void No_time_is_explained_twice()
    {
        _log.Add(0, 1, Invalidation.Passing);
        _log.Add(10 * Ms, 2, Invalidation.Passing);
        Assert.Equal(0.75, Covered(0, 40 * Ms, 300), 9);
        Assert.Equal(0.5, Covered(20 * Ms, 40 * Ms, 300), 9);
    }

    [Fact]
    public void One_that_is_covered_by_another_adds_nothing_and_takes_nothing()
    {
        var held = _log.Add(0, 1, Invalidation.Held);
        _log.Add(1 * Ms, 2, Invalidation.Passing);
        _log.Release(held, 30 * Ms);
        _log.Mapped(faultTime: 1, time: 2, gfn: 0);
        Assert.Equal(0.75, Covered(0, 40 * Ms, 300), 9);
    }

    [Fact]
    public void No_faults_and_no_time()
    {
        _log.Add(0, 1, Invalidation.Lasting);
        Assert.Equal(0, Covered(0, 10, 0));
        Assert.Equal(0, Covered(0, 10, -1));
        Assert.Equal(1, Covered(5, 5, 1));
        Assert.Equal(1, Covered(0, 10, 1));
    }

    /// <summary>The oldest are dropped in halves; what is kept is found by the numbers given out before.</summary>
    [Fact]
    public void Numbers_hold_after_old_ones_are_dropped()
    {
        for (var i = 0; i < 131_071; i++) _log.Add(i, 1, Invalidation.Passing);
        var held = _log.Add(131_071, 1, Invalidation.Held);
        _log.Mapped(faultTime: 200_000, time: 200_000, gfn: 0);
        _log.Add(131_072, 1, Invalidation.Passing);
        Assert.Equal((131_072L, 131_073L), (held, _log.Count));
        Assert.Equal(1, Covered(Far, Far + 80 * Ms, 300));
        _log.Release(held + 5, 7);
        Assert.Equal(1, Covered(Far, Far + 80 * Ms, 300));
        _log.Release(held, Far + 20 * Ms);
        Assert.Equal(0.25, Covered(Far, Far + 80 * Ms, 300), 9);
        var lasting = _log.Add(Far, 1, Invalidation.Lasting);
        _log.Mapped(faultTime: Far + 1, time: Far + 40 * Ms, gfn: 0);
        Assert.Equal(131_074, lasting);
        Assert.Equal(0.5, Covered(Far, Far + 80 * Ms, 300), 9);
    }

    /// <summary>131 072 are kept; with one more the older half goes.</summary>
    [Theory]
    [InlineData(131_071, 1)]
    [InlineData(131_072, 0)]
    public void So_many_are_kept(int others, double covered)
    {
        _log.Add(1, 1, Invalidation.Lasting);
        for (var i = 0; i < others; i++) _log.Add(3, 0, Invalidation.Passing);
        Assert.Equal(covered, Covered(2, 3, 300));
    }

    /// <summary>4096 that are older than the run are asked whether they still last; those of its first moment are not older.</summary>
    [Theory]
    [InlineData(4095, 4, 1)]
    [InlineData(4096, 4, 0)]
    [InlineData(5000, 5, 1)]
    public void So_many_older_ones_are_asked(int others, int time, double covered)
    {
        _log.Add(0, 1, Invalidation.Lasting);
        for (var i = 0; i < others; i++) _log.Add(time, 0, Invalidation.Passing);
        Assert.Equal(covered, Covered(5, 6, 300));
    }

    [Fact]
    public void A_number_that_was_not_given_out_releases_nothing()
    {
        var number = _log.Add(0, 1, Invalidation.Held);
        _log.Release(number + 1, 5);
        _log.Release(0, 5);
        Assert.Equal(1, Covered(Far, Far + 80 * Ms, 300));
    }

    /// <summary>Lane 1 took the frame away in an unmap of one page; its neighbours have been mapped since.</summary>
    [Fact]
    public void The_thread_that_took_the_frame_away_may_be_held_up_while_neighbours_are_mapped()
    {
        _log.Add(0, 1, Invalidation.Lasting);
        _log.Add(1, 1, Invalidation.Passing);
        _log.Mapped(faultTime: 2, time: 5 * Ms, gfn: 0);
        Assert.Equal(1, Ended(zapper: 1));
        Assert.Equal(0, Ended(zapper: 2));
        Assert.Equal(0, Ended(zapper: -1));
        Assert.Equal(0, _log.Covered(0, Far, Far + 80 * Ms, 300, zapper: 1)); // no excuse for a run without an end
    }

    [Fact]
    public void A_thread_that_unmaps_the_next_range_is_through_with_the_last()
    {
        _log.Add(0, 1, Invalidation.Lasting);
        _log.Add(1, 1, Invalidation.Passing);
        _log.Mapped(faultTime: 2, time: 5 * Ms, gfn: 0);
        _log.Add(Far + 20 * Ms, 1, Invalidation.Held);
        _log.Release(_log.Count, Far + 20 * Ms);
        Assert.Equal(0.5, Ended(zapper: 1), 6); // and the next one has its reach
    }

    [Fact]
    public void An_unmap_within_a_fault_of_the_thread_is_over_with_the_fault()
    {
        _log.Add(0, 1, Invalidation.Lasting);
        _log.Release(_log.Add(1, 1, Invalidation.Held), 2);
        _log.Mapped(faultTime: 3, time: 5 * Ms, gfn: 0);
        Assert.Equal(0, Ended(zapper: 1));
    }

    [Fact]
    public void The_first_thread_of_a_trace_may_be_the_one()
    {
        _log.Add(0, 0, Invalidation.Lasting);
        _log.Mapped(faultTime: 2, time: 5 * Ms, gfn: 0);
        Assert.Equal(1, _log.Covered(2, Far, Far + 80 * Ms, 300, endedAt: Far + 81 * Ms, zapper: 0));
    }

    /// <summary>What is done when it is traced, or when its thread goes on, asks for no mapping to end it.</summary>
    [Theory]
    [InlineData((int)Invalidation.Passing)]
    [InlineData((int)Invalidation.Held)]
    public void A_mapping_long_after_does_not_lengthen_what_is_over(int kind)
    {
        _log.Release(_log.Add(0, 1, (Invalidation)kind), 1);
        _log.Mapped(faultTime: Far + 30 * Ms, time: Far + 40 * Ms, gfn: 0);
        Assert.Equal(0, Covered(Far, Far + 80 * Ms, 300));
    }

    [Fact]
    public void What_may_be_among_lost_events_counts_only_where_asked_for()
    {
        _log.Add(0, -1, Invalidation.Unseen);
        Assert.Equal(0, Covered(1, 10 * Ms, 300));
        Assert.Equal(1, _log.Covered(0, 1, 10 * Ms, 300, unseen: true));
    }

    /// <summary>A deletion goes on until frames near the run's own are mapped by a fault that began after it.</summary>
    [Theory]
    [InlineData(5, 1)]
    [InlineData(6, 0)]
    public void A_deletion_goes_on_while_only_far_frames_are_mapped(long mappedNear, double covered)
    {
        _log.Add(5, 1, Invalidation.WholeSlot);
        _log.Mapped(faultTime: 7, time: 8, gfn: 0);
        Assert.Equal(covered, _log.Covered(0, Far, Far + 80 * Ms, 300, mappedNear: mappedNear));
    }

    /// <summary>When frames of 2 MiB were last mapped is known of 65536; then all are forgotten.</summary>
    [Fact]
    public void So_many_places_are_known_as_mapped()
    {
        for (var i = 0; i < 65_536; i++) _log.Mapped(i, i, (ulong)i << 9);
        Assert.Equal(7, _log.MappedNear((7 << 9) + 511));
        _log.Mapped(70_000, 70_000, 65_536UL << 9);
        Assert.Equal(long.MinValue, _log.MappedNear(7 << 9));
        Assert.Equal(70_000, _log.MappedNear(65_536UL << 9));
    }

    private double Ended(int zapper) => _log.Covered(0, Far, Far + 80 * Ms, 300, endedAt: Far + 81 * Ms, zapper: zapper);

    private double Covered(long first, long last, long faults) => _log.Covered(0, first, last, faults);
}
