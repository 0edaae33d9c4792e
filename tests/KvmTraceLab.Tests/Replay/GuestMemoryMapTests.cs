using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>What is known of a frame, and when it is known no more.</summary>
public sealed class GuestMemoryMapTests
{
    private const ulong Leaf = 0x5000e67, Huge = 0x4000ee7, Table = 0x6000827;

    private static readonly SpteLayout Layout = SpteLayout.For(KvmKernel.V61, MmuKind.Npt);

    private readonly GuestMemoryMap _map = new();

    private SpteState Of(ulong gfn, int lane = 0) => _map.Find(false, 0, gfn, lane, Layout).State;

    private void Set(int level, ulong gfn, ulong spte, int lane = 0)
    {
        _map.Now++;
        _map.Set(false, 0, level, gfn, spte, lane);
    }

    [Fact]
    public void A_frame_is_unknown_absent_or_known()
    {
        Assert.Equal(SpteState.Unknown, Of(0x12));
        Set(1, 0x12, 0);
        Assert.Equal(SpteState.Absent, Of(0x12));
        Set(1, 0x12, Leaf);
        var known = _map.Find(false, 0, 0x12, 0, Layout);
        Assert.Equal((SpteState.Known, Leaf, 1, 2L, 0), (known.State, known.Value, known.Level, known.Sequence, known.Lane));
        Assert.Equal(SpteState.Unknown, Of(0x13));
        Assert.Equal(SpteState.Unknown, _map.Find(true, 0, 0x12, 0, Layout).State);
        Assert.Equal(SpteState.Unknown, _map.Find(false, 1, 0x12, 0, Layout).State);
    }

    [Fact]
    public void The_later_level_rules()
    {
        Set(1, 0x212, Leaf);
        Set(2, 0x200, Huge);
        Assert.Equal(2, _map.Find(false, 0, 0x212, 0, Layout).Level);
        Assert.Equal(SpteState.Known, Of(0x3ff));
        Assert.Equal(SpteState.Unknown, Of(0x400));
        Set(2, 0x200, Table);
        Assert.Equal(SpteState.Unknown, Of(0x212));
        Set(1, 0x212, Leaf);
        Assert.Equal((SpteState.Known, 1), (Of(0x212), _map.Find(false, 0, 0x212, 0, Layout).Level));
        Set(3, 0, 0);
        Assert.Equal(SpteState.Absent, Of(0x212));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void There_are_five_levels(int level)
    {
        Set(level, 0x12, Leaf);
        Assert.Equal(0, _map.Count);
    }

    [Fact]
    public void What_nobody_can_tell_is_unknown()
    {
        Set(1, 0x12, Leaf);
        _map.Forget(false, 0, 1, 0x12, lane: 0);
        Assert.Equal(SpteState.Unknown, Of(0x12));
        Assert.False(_map.TryGet(false, 0, 1, 0x12, out _, out _, out _));
        _map.Forget(false, 0, 1, 0x13, lane: 0);
        Assert.Equal(1, _map.Count);
        Set(1, 0x14, Layout.FrozenValue);
        Assert.Equal(SpteState.Unknown, Of(0x14));
    }

    [Fact]
    public void Knowledge_ends_by_epochs()
    {
        Set(1, 0x12, Leaf);
        _map.Set(true, 0, 1, 0x12, Leaf, lane: 0);
        _map.ForgetShadow();
        Assert.False(_map.TryGet(true, 0, 1, 0x12, out _, out _, out _));
        Assert.True(_map.TryGet(false, 0, 1, 0x12, out var spte, out var when, out var lane));
        Assert.Equal((Leaf, 1L, 0), (spte, when, lane));
        _map.ForgetDirect();
        Assert.Equal(SpteState.Unknown, Of(0x12));
        Set(1, 0x12, Leaf);
        _map.Set(true, 0, 1, 0x12, Leaf, lane: 0);
        Assert.Equal(SpteState.Known, Of(0x12));
        _map.ForgetAll();
        Assert.Equal(SpteState.Unknown, Of(0x12));
        Assert.False(_map.TryGet(true, 0, 1, 0x12, out _, out _, out _));
    }

    [Fact]
    public void Among_several_VMs_a_thread_knows_what_it_wrote()
    {
        Set(1, 0x12, Leaf, lane: 3);
        Assert.Equal(SpteState.Known, Of(0x12, lane: 4));
        _map.SeveralVms = true;
        Assert.Equal(SpteState.Unknown, Of(0x12, lane: 4));
        Assert.Equal(SpteState.Known, Of(0x12, lane: 3));
    }

    /// <summary>Each level has an SPTE of its own, also where the frames are equal.</summary>
    [Fact]
    public void Levels_are_told_apart()
    {
        Set(2, 0x200, Huge);
        Assert.False(_map.TryGet(false, 0, 1, 0x200, out _, out _, out _));
        _map.Set(false, 0, 1, 0x200, Leaf, lane: 0);
        Assert.Equal(1, _map.Find(false, 0, 0x200, 0, Layout).Level);
        Assert.True(_map.TryGet(false, 0, 2, 0x200, out var spte, out _, out _));
        Assert.Equal(Huge, spte);
    }

    [Fact]
    public void A_million_SPTEs_are_known_then_none()
    {
        for (var i = 0UL; i < GuestMemoryMap.MaxEntries; i++) Set(1, i, Leaf);
        Assert.Equal((0, GuestMemoryMap.MaxEntries, SpteState.Known), (_map.Overflows, _map.Count, Of(0)));
        Set(1, 0, Leaf);
        Assert.Equal((1, 1, SpteState.Known, SpteState.Unknown), (_map.Overflows, _map.Count, Of(0), Of(1)));
    }
}
