namespace KvmTraceLab.Tests.Analysis.Signatures;

/// <summary>Snippets as people post them: what fits each, and what does not.</summary>
public sealed class WildTests
{
    [Theory]
    [InlineData("000", 16, "L01")]
    public void Each_snippet_gets_the_notes_that_fit(string file, int minIterations, params string[] ids)
    {
        var run = SignatureRun.OfWild(file, minIterations);
        Assert.Equal(ids, run.Ids);
    }
}
