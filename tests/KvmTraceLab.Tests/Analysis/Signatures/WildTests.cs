using KvmTraceLab.Analysis.Signatures;

namespace KvmTraceLab.Tests.Analysis.Signatures;

/// <summary>Snippets as people post them: what fits each, and that nothing else does.</summary>
public sealed class WildTests
{
    [Theory]
    [InlineData("000", "L01")]
    [InlineData("001", "L40")]
    [InlineData("003", "L08")]
    [InlineData("005")]
    [InlineData("007", "L11")]
    [InlineData("009", "L24")]
    [InlineData("010", "L12")]
    [InlineData("011", "L05")]
    [InlineData("013")]
    [InlineData("015", "L22")]
    [InlineData("017")]
    [InlineData("019")]
    [InlineData("021")]
    [InlineData("023")]
    [InlineData("027")]
    [InlineData("029")]
    [InlineData("031")]
    [InlineData("033")]
    [InlineData("035")]
    [InlineData("037")]
    [InlineData("038", "L02")]
    [InlineData("039", "L02")]
    [InlineData("041")]
    [InlineData("043")]
    [InlineData("045")]
    [InlineData("047")]
    [InlineData("049", "L41")]
    [InlineData("051", "L42")]
    [InlineData("101")]
    public void Each_snippet_gets_the_notes_that_fit(string file, params string[] ids)
    {
        Assert.Equal(ids, SignatureRun.OfWild(file).Ids);
        Assert.Equal(ids, SignatureRun.OfWild(file, minIterations: 2).Ids);
    }

    [Fact]
    public void One_turn_and_an_ellipsis_give_a_note_and_no_loop()
    {
        var run = SignatureRun.OfWild("000");
        Assert.Empty(run.Loops);
        var note = run.Note("L01");
        Assert.Equal("low", (string?)note["confidence"]);
        Assert.Equal(1, (long?)note["turnsSeen"]);
        Assert.Equal(16105, (int?)note["tid"]);
        Assert.Equal(["kvm_exit", "kvm_pio", "kvm_entry"], note["events"]!.AsArray().Select(e => (string?)e));
        Assert.Equal(
            ["reason IO_INSTRUCTION rip 0xfffff801b031bf35 info 608000b 0", "pio_read at 0x608 size 4 count 1 val 0x5bcbb1", "vcpu 0 rip 0xfffff801b031bf36"],
            note["template"]!.AsArray().Select(e => (string?)e));
        Assert.Contains("CR4 was written with CET=1 (0xb50ef8) 2.193 ms before", (string?)note["why"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("007", "L11")]
    [InlineData("010", "L12")]
    [InlineData("038", "L02")]
    [InlineData("039", "L02")]
    [InlineData("049", "L41")]
    [InlineData("051", "L42")]
    public void Short_loops_are_named(string file, string id)
    {
        var run = SignatureRun.OfWild(file, minIterations: 2);
        Assert.Equal(id, Assert.Single(run.Loops).Signature);
        Assert.Equal(0, (int?)run.Note(id)["loop"]);
        Assert.NotEqual(Confidence.High, run.The(id).Confidence);
    }

    [Theory]
    [InlineData("038", 6)]
    [InlineData("039", 5)]
    public void A_livelock_without_mmu_events_says_what_to_record(string file, int turns)
    {
        var finding = SignatureRun.OfWild(file).The("L02");
        Assert.StartsWith("Looks like a livelock", finding.Signature.Title, StringComparison.Ordinal);
        Assert.Equal(turns, finding.Evidence.Turns);
        Assert.Contains("record with `trace-cmd record -e kvm -e kvmmmu`", finding.Why, StringComparison.Ordinal);
        Assert.Equal(Confidence.Low, finding.Confidence);
    }
}
