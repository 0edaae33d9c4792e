using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>What a fault's code says of the access, in the three languages that codes are written in.</summary>
public sealed class FaultAccessTests
{
    /// <summary>
    /// EPT qualification: R W F in 2:0, permissions in 6:3, 9 the U bit of the final page (8:7 set) where 11:9 are given at all.
    /// NPF and #PF: P W U RSVD I/D in 4:0. A write that fetches is a write.
    /// </summary>
    [Theory]
    [InlineData(FaultMode.Ept, 0x181, false, "read")]
    [InlineData(FaultMode.Ept, 0x182, false, "write")]
    [InlineData(FaultMode.Ept, 0x183, false, "write")]
    [InlineData(FaultMode.Ept, 0x184, false, "fetch")]
    [InlineData(FaultMode.Ept, 0x186, false, "write")]
    [InlineData(FaultMode.Ept, 0x190, false, "read present")]
    [InlineData(FaultMode.Ept, 0x189, false, "read present")]
    [InlineData(FaultMode.Ept, 0x1a1, false, "read present")]
    [InlineData(FaultMode.Ept, 0x1c1, false, "read present")]
    [InlineData(FaultMode.Ept, 0x784, false, "fetch-user")]
    [InlineData(FaultMode.Ept, 0x384, false, "fetch-user")]
    [InlineData(FaultMode.Ept, 0x584, false, "fetch-supervisor")]
    [InlineData(FaultMode.Ept, 0x984, false, "fetch-supervisor")]
    [InlineData(FaultMode.Ept, 0x684, false, "fetch")]
    [InlineData(FaultMode.Ept, 0x704, false, "fetch")]
    [InlineData(FaultMode.Ept, 0x604, false, "fetch")]
    [InlineData(FaultMode.Ept, 0x081, false, "read")]
    [InlineData(FaultMode.Ept, 0x001, false, "read")]
    [InlineData(FaultMode.Ept, 0x101, false, "read")]
    [InlineData(FaultMode.Npt, 0x1_0000_0000, false, "read")]
    [InlineData(FaultMode.Npt, 0x1_0000_0001, false, "read present")]
    [InlineData(FaultMode.Npt, 0x1_0000_0006, false, "write")]
    [InlineData(FaultMode.Npt, 0x1_0000_0014, false, "fetch")]
    [InlineData(FaultMode.Npt, 0x1_0000_0016, false, "write")]
    [InlineData(FaultMode.Npt, 0x1_0000_0014, true, "fetch-user")]
    [InlineData(FaultMode.Npt, 0x1_0000_0011, true, "fetch-supervisor present")]
    [InlineData(FaultMode.Npt, 0x1_0000_000d, false, "read present reserved")]
    [InlineData(FaultMode.Npt, 0x1_0000_0008, false, "read reserved")]
    [InlineData(FaultMode.Npt, 0x1_0000_0078, false, "fetch reserved")]
    [InlineData(FaultMode.Npt, 0x2_0000_0004, false, "read")]
    [InlineData(FaultMode.Npt, 0x2_0000_0006, false, "write")]
    [InlineData(FaultMode.Shadow, 0x6, false, "write")]
    [InlineData(FaultMode.Shadow, 0x14, false, "fetch-user")]
    [InlineData(FaultMode.Shadow, 0x10, false, "fetch-supervisor")]
    [InlineData(FaultMode.Shadow, 0x9, false, "read present reserved")]
    [InlineData(FaultMode.Shadow, 0x2_0000_0084, false, "read")]
    [InlineData(FaultMode.Unknown, 0x14, false, "fetch")]
    public void A_code_tells(FaultMode mode, ulong code, bool gmet, string said)
    {
        var access = new FaultAccess(mode, code, gmet);
        Assert.Equal(said, $"{access.Word}{(access.IsPresent ? " present" : "")}{(access.IsReserved ? " reserved" : "")}");
        Assert.Equal((access.Word == "write", access.Word.StartsWith("fetch", StringComparison.Ordinal)), (access.IsWrite, access.IsFetch));
    }

    /// <summary>Who made the access matters for data too: #PF tells always, NPF with GMET, EPT where 11:9 are given.</summary>
    [Theory]
    [InlineData(FaultMode.Ept, 0x381, false, true)]
    [InlineData(FaultMode.Ept, 0x581, false, false)]
    [InlineData(FaultMode.Ept, 0x181, false, null)]
    [InlineData(FaultMode.Ept, 0x281, false, null)]
    [InlineData(FaultMode.Npt, 0x1_0000_0004, true, true)]
    [InlineData(FaultMode.Npt, 0x1_0000_0000, true, false)]
    [InlineData(FaultMode.Npt, 0x1_0000_0004, false, null)]
    [InlineData(FaultMode.Shadow, 0x4, false, true)]
    [InlineData(FaultMode.Shadow, 0x2, false, false)]
    [InlineData(FaultMode.Unknown, 0x4, true, null)]
    public void Whose_access_it_was(FaultMode mode, ulong code, bool gmet, bool? user) => Assert.Equal(user, new FaultAccess(mode, code, gmet).IsUser);
}
