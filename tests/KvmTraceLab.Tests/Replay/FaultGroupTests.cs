using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>The walks of a fault: which of them are its own, and where they lead.</summary>
public sealed class FaultGroupTests
{
    private static FaultGroup Group(FaultMode mode, ulong gpa) => new() { Access = new FaultAccess(mode, 1), Gpa = gpa };

    /// <summary>Entries from the top level down, <c>pte@level</c>; a leaf of a higher level leaves the lower bits of the frame to the address.</summary>
    [Theory]
    [InlineData("", null)]
    [InlineData("10d027@4 10e027@3 10f027@2 5012067@1", 0x5012)]
    [InlineData("8000000005012067@1", 0x5012)]
    [InlineData("7ff0000005012067@1", 0x5012)]
    [InlineData("10d027@4 10e027@3 40000e7@2", 0x4012)]
    [InlineData("40010e7@2", 0x4012)]
    [InlineData("41ff0e7@2", 0x4012)]
    [InlineData("4000067@2", null)]
    [InlineData("400000e7@3", 0x43212)]
    [InlineData("40000067@3", null)]
    [InlineData("40000e7@4", null)]
    [InlineData("10d027@4", null)]
    public void The_frame_that_a_leaf_maps(string walk, int? frame)
    {
        var group = Group(FaultMode.Npt, 0x321_2abc);
        foreach (var entry in walk.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            group.Elements[group.ElementCount++] = new WalkElementSeen(Convert.ToUInt64(entry.Split('@')[0], 16), entry[^1] - '0');
        Assert.Equal((ulong?)frame, group.LeafGfn);
    }

    /// <summary>The frame to be mapped: the one asked for, else where the walk leads, else the faulting one.</summary>
    [Fact]
    public void The_frame_to_be_mapped()
    {
        var group = Group(FaultMode.Npt, 0x12000);
        Assert.Equal(0x12UL, group.TargetGfn);
        (group.Elements[0], group.ElementCount) = (new WalkElementSeen(0x5067, 1), 1);
        Assert.Equal(0x12UL, group.TargetGfn);
        group.Walked = true;
        Assert.Equal(5UL, group.TargetGfn);
        (group.Requested, group.RequestedGfn) = (true, 7);
        Assert.Equal(7UL, group.TargetGfn);
    }

    /// <summary>A walk may name the page or the very address; under shadow paging addresses are virtual and must be equal.</summary>
    [Theory]
    [InlineData(FaultMode.Npt, 0x12345, true)]
    [InlineData(FaultMode.Npt, 0x12000, true)]
    [InlineData(FaultMode.Ept, 0x12fff, true)]
    [InlineData(FaultMode.Npt, 0x13345, false)]
    [InlineData(FaultMode.Shadow, 0x12345, true)]
    [InlineData(FaultMode.Shadow, 0x12000, false)]
    public void Walks_of_the_faulting_address_count(FaultMode mode, int address, bool own)
    {
        var group = Group(mode, 0x12345);
        group.BeginWalk((ulong)address, 6);
        group.AddElement(0x5067, 1);
        Assert.Equal((own, own, own ? 6u : 0, own ? 1 : 0), (group.InMatchingWalk, group.Walked, group.WalkPferr, group.ElementCount));
        if (own) Assert.Equal(new WalkElementSeen(0x5067, 1), group.Walk[0]);
        group.BeginWalk(0x99000, 7);
        group.AddElement(0x6067, 1);
        Assert.Equal((false, own ? 6u : 0, own ? 1 : 0), (group.InMatchingWalk, group.WalkPferr, group.ElementCount));
    }

    /// <summary>A second walk of the address is held against the first; what walks set by themselves, A and D of either format, is no change.</summary>
    [Theory]
    [InlineData("10d027 5067", false)]
    [InlineData("10d007 5007", false)]
    [InlineData("10d127 5367", false)]
    [InlineData("10d025 5067", true)]
    [InlineData("10d027 5065", true)]
    [InlineData("10d027 6067", true)]
    [InlineData("10d027", false)]
    [InlineData("10d027 5067 7067", false)]
    public void L1_changed_an_entry_between_two_walks(string again, bool changed)
    {
        var group = Group(FaultMode.Npt, 0x12000);
        group.BeginWalk(0x12000, 4);
        group.AddElement(0x10d027, 2);
        group.AddElement(0x5067, 1);
        Assert.False(group.WalkChanged);
        group.BeginWalk(0x12000, 6);
        foreach (var pte in again.Split(' ')) group.AddElement(Convert.ToUInt64(pte, 16), 1);
        Assert.Equal((changed, 2, 4u), (group.WalkChanged, group.ElementCount, group.WalkPferr));
        group.BeginWalk(0x12000, 6);
        group.AddElement(0x10d027, 2);
        Assert.Equal(changed, group.WalkChanged);
    }

    [Fact]
    public void Eight_entries_are_kept()
    {
        var group = Group(FaultMode.Npt, 0x12000);
        group.BeginWalk(0x12000, 4);
        for (var i = 0; i < 10; i++) group.AddElement((ulong)i, 1);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], group.Walk.ToArray().Select(e => (int)e.Pte));
    }
}
