using KvmTraceLab.Analysis.Signatures;

namespace KvmTraceLab.Tests.Analysis.Signatures;

/// <summary>Whatever a trace holds, facts stay small.</summary>
public sealed class BoundsTests
{
    [Fact]
    public void Places_of_one_vcpu_are_bounded_and_what_is_left_out_is_counted()
    {
        var facts = new FactsCollector();
        var text = new TraceText().Times(3000, (t, i) => t.Plain("CPUID", (ulong)i * 16));
        SignatureRun.Replay(text.ToString(), facts);
        var lane = Assert.Single(facts.Facts.Lanes);
        Assert.Equal(3000, lane.Exits);
        Assert.Equal(2048, lane.Spots.Count);
        Assert.Equal(3000 - 2048, lane.Unkept);
        Assert.True(facts.Excerpt.IsOver);
    }

    [Fact]
    public void Reasons_that_nobody_knows_are_bounded()
    {
        var facts = new FactsCollector();
        var text = new TraceText().Times(600, (t, i) => t.Plain($"UNKNOWN ({1000 + i})", 0x1000));
        SignatureRun.Replay(text.ToString(), facts);
        Assert.Equal(256, Assert.Single(facts.Facts.Lanes).Reasons.Count);
    }
}
