using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>Which SPTE the hardware met, which one results, and what each allows.</summary>
public sealed class FaultContextTests
{
    /// <summary>The fault's own witnesses rule: fast_page_fault's old, then old_spte, then memory; a ! stands behind what was witnessed.</summary>
    [Theory]
    [InlineData("npt61 7", "? > ?")]
    [InlineData("npt61 7 before=RUmh", "5000605 > 5000605@1")]
    [InlineData("npt61 7 before=RUmhl@2", "5000685 > 5000685@2")]
    [InlineData("npt61 7 before=0", "? > ?")]
    [InlineData("npt61 7 before=RUmh zapped", "5000605 > ?")]
    [InlineData("npt61 7 before=RUmh fast=RUh>0", "5000205! > 5000205@1")]
    [InlineData("npt61 7 before=RUmh fast=RUh>RWUmh fixed", "5000205! > 5000607@1 wrote")]
    [InlineData("npt61 7 before=RUmh fast=0>0", "5000605 > 5000605@1")]
    [InlineData("npt61 7 before=RUmh fast=RUh>0 tdp=RU>RWUmh", "5000205! > 5000607@1 wrote")]
    [InlineData("npt61 7 before=RUmh tdp=RU>RWUmh@2", "5000005! > 5000607@2 wrote")]
    [InlineData("npt61 7 before=RUmh tdp=0>RWUmh", "? > 5000607@1 wrote")]
    [InlineData("npt61 7 before=RUmh tdp=f>RWUmh", "? > 5000607@1 wrote")]
    [InlineData("npt61 7 before=RUmh set=RWUmh@2", "5000605 > 5000607@2 wrote")]
    [InlineData("npt61 7 before=RUmh tdp=RU>RUmh set=RWUmh", "5000005! > 5000607@1 wrote")]
    public void Old_and_result(string fault, string seen)
    {
        var c = FaultCase.Of(fault).Context();
        // The NX bit of pages without X and the present bit are left out.
        static string Of(ulong? spte) => spte is { } s ? (s & 0x7fff_ffff_ffff_f7ff).ToString("x") : "?";
        Assert.Equal(seen, $"{Of(c.Old?.Value)}{(c.OldWitnessed ? "!" : "")} > {Of(c.Result?.Value)}{(c.Result is null ? "" : $"@{c.ResultLevel}")}{(c.Wrote ? " wrote" : "")}");
    }

    /// <summary>What one fault showed is not the next one's: here the level of its SPTE.</summary>
    [Fact]
    public void Nothing_is_left_of_the_last_fault()
    {
        var context = FaultCase.Of("npt61 15 l1=ok:7 before=RUmhl@2 fast=RUmhl>0 set=RUmhl@2").Context();
        Assert.Equal((true, true, true, true, 2), (context.IsShadowed, context.Wrote, context.OldWitnessed, context.Result.HasValue, context.ResultLevel));
        FaultCase.Of("npt61 15 asked").Fill(context);
        Assert.Equal((false, false, false, false, 0), (context.IsShadowed, context.Wrote, context.OldWitnessed, context.Result.HasValue, context.ResultLevel));
        Assert.Null(context.Old);
    }

    /// <summary>Hardware's view. EPT: a fetch by XS, or under MBEC by XU from user pages; where nothing tells, either will do.</summary>
    [Theory]
    [InlineData("ept72 181", "R", true)]
    [InlineData("ept72 181", "W", false)]
    [InlineData("ept72 182", "RW", true)]
    [InlineData("ept72 182", "RX", false)]
    [InlineData("ept72 182", "0", false)]
    [InlineData("ept72 181", "f", false)]
    [InlineData("ept61 784", "X", true)]
    [InlineData("ept61 784", "R", false)]
    [InlineData("nombec 784", "X", true)]
    [InlineData("nombec 784", "U", false)]
    [InlineData("mbec 784", "X", false)]
    [InlineData("mbec 784", "U", true)]
    [InlineData("mbec 584", "X", true)]
    [InlineData("mbec 584", "U", false)]
    [InlineData("mbec 184", "X", true)]
    [InlineData("mbec 184", "U", true)]
    [InlineData("mbec 184", "R", false)]
    [InlineData("ept72 784", "X", true)]
    [InlineData("ept72 784", "U", true)]
    [InlineData("ept72 784", "RW", false)]
    [InlineData("nombec 784 mbec12=on l1=ok:0", "X", false)]
    [InlineData("nombec 784 mbec12=on l1=ok:0", "U", true)]
    [InlineData("mbec 784 mbec12=off l1=ok:0", "X", true)]
    [InlineData("mbec 784 mbec12=off l1=ok:0", "U", false)]
    [InlineData("mbec 784 l1=ok:0", "X", true)]
    [InlineData("mbec 784 mbec12=off", "X", false)]
    public void An_EPT_SPTE_allows(string fault, string spte, bool allows) => Allows(fault, spte, allows);

    /// <summary>NPT: U is needed without GMET; with it, it denies supervisor fetches alone. #PF: a user needs U.</summary>
    [Theory]
    [InlineData("npt61 4", "RU", true)]
    [InlineData("npt61 4", "U", false)]
    [InlineData("npt61 4", "R", false)]
    [InlineData("npt61 6", "RWU", true)]
    [InlineData("npt61 6", "RW", false)]
    [InlineData("npt61 6", "RU", false)]
    [InlineData("npt61 14", "RXU", true)]
    [InlineData("npt61 14", "RU", false)]
    [InlineData("npt61 14", "RX", false)]
    [InlineData("nogmet 4", "R", false)]
    [InlineData("npt72 4", "R", true)]
    [InlineData("npt72 14", "RX", true)]
    [InlineData("npt72 14", "RU", false)]
    [InlineData("gmet 4", "R", true)]
    [InlineData("gmet 0", "RU", true)]
    [InlineData("gmet 6", "RW", true)]
    [InlineData("gmet 10", "RX", true)]
    [InlineData("gmet 10", "RXU", false)]
    [InlineData("gmet 14", "RXU", true)]
    [InlineData("gmet 14", "RX", true)]
    [InlineData("shadow 4", "RU", true)]
    [InlineData("shadow 4", "R", false)]
    [InlineData("shadow 0", "R", true)]
    [InlineData("shadow 0", "RU", true)]
    [InlineData("shadow 16", "RWX", false)]
    [InlineData("shadow 14", "RXU", true)]
    public void An_NPT_or_shadow_SPTE_allows(string fault, string spte, bool allows) => Allows(fault, spte, allows);

    private static void Allows(string fault, string spte, bool allows)
    {
        var it = FaultCase.Of(fault);
        Assert.Equal(allows, it.Context().Allows(it.Spte(spte)));
    }
}
