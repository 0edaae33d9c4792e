using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Formats.TraceDat;
using Xunit;

namespace KvmTraceLab.Tests.Parser.TraceDat;

public sealed class DecodeUnitTests
{
    [Fact]
    public void A_unit_is_claimed_once_a_use_and_never_by_what_was_scheduled_for_a_use_before()
    {
        var unit = new DecodeUnit(new EventCatalog());
        var first = unit.Ticket;
        Assert.True(unit.TryClaim(first));
        Assert.False(unit.TryClaim(first));

        unit.Reset(); // goes round: a worker may still hold the job of the first use

        Assert.False(unit.TryClaim(first));
        Assert.True(unit.TryClaim(unit.Ticket));
        Assert.False(unit.TryClaim(unit.Ticket));
    }
}
