using KvmTraceLab.Parser.Formats;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>When a turn is worth learning, and when it is given up; the rest is asked of <see cref="TurnRecordTests"/> and the text's twin.</summary>
public sealed class TurnRowsTests
{
    [Fact]
    public void What_is_learnt_in_vain_is_learnt_less_and_less_often()
    {
        var rows = new TurnRows();
        var waits = new List<int>();
        for (var learnt = 0; learnt < 9; learnt++)
        {
            var waited = 0;
            while (!rows.IsWorthLearning()) waited++;
            waits.Add(waited);
            Learn(rows, 2);
        }

        Assert.Equal([0, 1, 3, 7, 15, 31, 63, 64, 64], waits);
    }

    [Theory]
    [InlineData(2, 7, false)]
    [InlineData(2, 8, true)]
    [InlineData(16, 1, true)]
    [InlineData(64, int.MaxValue, true)]
    public void Sixteen_rows_were_worth_it(int lines, int turns, bool worth)
    {
        var rows = new TurnRows();
        Assert.True(rows.IsWorthLearning());
        Learn(rows, lines);
        rows.Took(turns);
        Assert.False(rows.IsWorthLearning()); // the wait after the one before, of which nothing was known
        Assert.True(rows.IsWorthLearning());
        Learn(rows, lines);
        Assert.Equal(worth, rows.IsWorthLearning());
        rows.Reset();
        Assert.True(rows.IsWorthLearning());
    }

    [Fact]
    public void A_turn_that_never_follows_is_forgotten()
    {
        var rows = new TurnRows();
        Learn(rows, 3);
        for (var i = 0; i < 7; i++) rows.Took(0);
        Assert.Equal(3, rows.Count);
        rows.Took(1);
        for (var i = 0; i < 7; i++) rows.Took(0);
        Assert.Equal(3, rows.Count);
        rows.Took(0);
        Assert.Equal(0, rows.Count);
    }

    private static void Learn(TurnRows rows, int lines)
    {
        Assert.True(rows.TryBegin(0, 100));
        for (var i = 0; i < lines; i++) rows.AddRow();
    }
}
