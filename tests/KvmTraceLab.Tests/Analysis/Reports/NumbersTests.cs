using KvmTraceLab.Analysis;
using Xunit;

namespace KvmTraceLab.Tests.Analysis.Reports;

public sealed class NumbersTests
{
    [Theory]
    [InlineData(0, "0.000000")]
    [InlineData(4327123456789, "4327.123456")]
    [InlineData(-1, "-0.000000")]
    [InlineData(-5541083201231707000, "-5541083201.231707")]
    [InlineData(long.MinValue, "-9223372036.854775")]
    public void Times_have_one_sign(long ns, string text) => Assert.Equal(text, Numbers.Time(ns, "ns"));

    [Fact]
    public void A_sum_stays_at_the_largest_number()
    {
        Assert.Equal(6, Numbers.Sum([1, 2, 3]));
        Assert.Equal(long.MaxValue, Numbers.Sum([long.MaxValue, 1]));
        Assert.Equal(long.MaxValue, Numbers.Sum([long.MaxValue - 1, 1]));
        Assert.Equal(0, Numbers.Sum([]));
    }
}
