using KvmTraceLab.Parser.Formats;

namespace KvmTraceLab.Tests.Parser.TraceDat;

public sealed class MaskedBytesTests
{
    /// <summary>Every byte counts, at every length that ends within a vector, unless it may change.</summary>
    [Fact]
    public void One_byte_makes_the_difference_where_it_may_not_change()
    {
        for (var length = MaskedBytes.Least; length < 70; length++)
        {
            var known = new byte[length];
            Assert.True(MaskedBytes.AreEqual(known, new byte[length], new byte[length]));
            for (var at = 0; at < length; at++)
            {
                var bytes = new byte[length];
                bytes[at] = 0x80;
                var changes = new byte[length + 3]; // masks are longer than what they are for
                Assert.False(MaskedBytes.AreEqual(known, bytes, changes));
                changes[at] = 0x7f;
                Assert.False(MaskedBytes.AreEqual(known, bytes, changes));
                changes[at] = 0x80;
                Assert.True(MaskedBytes.AreEqual(known, bytes, changes));
            }
        }
    }

    [Theory]
    [InlineData(15, 15, 15)]
    [InlineData(20, 19, 20)]
    [InlineData(20, 20, 19)]
    public void Pieces_that_do_not_fit_are_refused(int known, int bytes, int changes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => MaskedBytes.AreEqual(new byte[known], new byte[bytes], new byte[changes]));
}
