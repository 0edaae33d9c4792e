using KvmTraceLab.Analysis.Compare;

namespace KvmTraceLab.Tests.Analysis.Compare;

public sealed class StageSpecTests
{
    [Theory]
    [InlineData("rate:1.2M", 1_200_000, 1_150_000, 1_250_000, null)]
    [InlineData("rate:50k", 50_000, 49_500, 50_500, null)]
    [InlineData("rate:200k", 200_000, 199_500, 200_500, null)]
    [InlineData("rate:1.2M@8", 1_200_000, 1_150_000, 1_250_000, 8)]
    [InlineData("rate:50000/s", 50_000, 49_999.5, 50_000.5, null)]
    [InlineData("rate:0.50K", 500, 495, 505, null)]
    public void A_rate_carries_the_rounding_of_its_digits(string text, double rate, double low, double high, int? vcpus)
    {
        Assert.True(StageSpec.TryParse(text, out StageSpec? spec, out string? error), error);
        Assert.Equal(new ClaimedRate(rate, low, high, vcpus), spec!.Claim);
        Assert.Empty(spec.Paths);
    }

    [Theory]
    [InlineData("rate:")]
    [InlineData("rate:k")]
    [InlineData("rate:-5k")]
    [InlineData("rate:0")]
    [InlineData("rate:0.0M")]
    [InlineData("rate:1e6")]
    [InlineData("rate:NaN")]
    [InlineData("rate:Infinity")]
    [InlineData("rate:1.2M@0")]
    [InlineData("rate:1.2M@")]
    [InlineData("rate:99999999999999999999999999")]
    [InlineData("a.dat,,b.dat")]
    [InlineData("")]
    [InlineData("a.dat,")]
    public void What_is_neither_rate_nor_paths_is_refused_with_the_right_way_to_write_it(string text)
    {
        Assert.False(StageSpec.TryParse(text, out _, out string? error));
        Assert.Contains(text.StartsWith("rate:", StringComparison.Ordinal) ? "rate:1.2M" : "a1.dat,a2.dat", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.dat", new[] { "a.dat" })]
    [InlineData("a1.dat,a2.dat", new[] { "a1.dat", "a2.dat" })]
    [InlineData(@"a\,b.dat,c\d.dat", new[] { "a,b.dat", @"c\d.dat" })]
    [InlineData("./rate:1", new[] { "./rate:1" })]
    [InlineData("-", new[] { "-" })]
    public void Paths_are_split_at_commas(string text, string[] paths)
    {
        Assert.True(StageSpec.TryParse(text, out StageSpec? spec, out _));
        Assert.Equal(paths, spec!.Paths);
        Assert.Null(spec.Claim);
    }

    [Theory]
    [InlineData("24x", 24)]
    [InlineData("6.5", 6.5)]
    public void A_factor_is_read(string text, double factor)
    {
        Assert.True(CompareOptions.TryParseFactor(text, out double read));
        Assert.Equal(factor, read);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0x")]
    [InlineData("-2x")]
    [InlineData("Infinity")]
    public void A_factor_that_is_none_is_refused(string text) => Assert.False(CompareOptions.TryParseFactor(text, out _));

    [Theory]
    [InlineData("10%", 0.1)]
    [InlineData("0.05", 0.05)]
    [InlineData("0%", 0)]
    public void A_share_is_read(string text, double share)
    {
        Assert.True(CompareOptions.TryParseShare(text, out double read));
        Assert.Equal(share, read, 12);
    }

    [Theory]
    [InlineData("100%")]
    [InlineData("10")]
    [InlineData("-1%")]
    [InlineData("%")]
    public void A_share_that_is_none_is_refused(string text) => Assert.False(CompareOptions.TryParseShare(text, out _));
}
