using KvmTraceLab.Analysis.Compare;

namespace KvmTraceLab.Tests.Analysis.Compare;

public sealed class DifferencesTests
{
    [Fact]
    public void A_good_and_a_bad_run_differ_in_CET_and_part_at_the_write_of_CR4()
    {
        RunFacts good = Boot(cet: false);
        RunFacts bad = Boot(cet: true);

        RunDifferences d = Differences.Between(good, bad);
        Assert.Equal(
            [
                new RunDifference("cpuid", "0x7.0", "eax 0x1 ebx 0x0 ecx 0x0 edx 0x0", "eax 0x1 ebx 0x0 ecx 0x80 edx 0x100000"),
                new RunDifference("cr-write", "cr4", "0x350ef8", "0xb50ef8"),
                new RunDifference("msr-write", "0x6a2", null, "0x1"),
            ],
            d.Items);
        Assert.Equal(3, d.Parting!.Index);
        Assert.Equal(["CPUID leaf 0x7 rip 0x10", "CR_ACCESS cr0 rip 0x20", "RDMSR 0x1b", "HLT rip 0x40", "HLT rip 0x40"], d.Parting.Base);
        Assert.Equal(["CPUID leaf 0x7 rip 0x10", "CR_ACCESS cr0 rip 0x20", "RDMSR 0x1b", "IO_INSTRUCTION 0x608 rip 0x41", "IO_INSTRUCTION 0x608 rip 0x41", "IO_INSTRUCTION 0x608 rip 0x41", "IO_INSTRUCTION 0x608 rip 0x41"], d.Parting.New);
        Assert.Equal(0, d.Parting.FirstShown);
        Assert.True(d.IsWhole);
    }

    [Fact]
    public void Equal_runs_differ_in_nothing_and_a_longer_one_does_not_part()
    {
        Assert.Empty(Differences.Between(Boot(true), Boot(true)).Items);
        Assert.Null(Differences.Between(Boot(true), Boot(true)).Parting);

        var brief = new RunFactsCollector();
        brief.OnEvent("CPUID", "leaf 0x7", 0x10);
        RunDifferences d = Differences.Between(brief.ToFacts(), Boot(true));
        Assert.Null(d.Parting);
        Assert.Equal(1, d.EventsCompared);
    }

    [Fact]
    public void Where_the_text_ends_does_not_move_between_reason_and_detail()
    {
        var a = new RunFactsCollector();
        var b = new RunFactsCollector();
        a.OnEvent("AB", "C", null);
        b.OnEvent("A", "BC", null);
        Assert.Equal(0, Differences.Between(a.ToFacts(), b.ToFacts()).Parting!.Index);
    }

    [Fact]
    public void Values_that_change_all_the_time_are_bounded()
    {
        var a = new RunFactsCollector();
        for (uint i = 0; i < 1000; i++) a.OnMsrWrite(0x6e0, i);
        Assert.Equal("0x0, 0x1, 0x2, 0x3, …", Differences.Between(a.ToFacts(), new RunFactsCollector().ToFacts()).Items[0].Base);
    }

    private static RunFacts Boot(bool cet)
    {
        var run = new RunFactsCollector();
        run.OnCpuid(7, 0, 1, 0, cet ? 0x80u : 0, cet ? 0x100000u : 0);
        run.OnEvent("CPUID", "leaf 0x7", 0x10);
        run.OnCrWrite(0, 0x80050033);
        run.OnEvent("CR_ACCESS", "cr0", 0x20);
        run.OnMsrRead(0x1b, 0xfee00900);
        run.OnEvent("RDMSR", "0x1b", null);
        run.OnCrWrite(4, cet ? 0xb50ef8u : 0x350ef8u);
        if (cet) run.OnMsrWrite(0x6a2, 1);
        for (int i = 0; i < (cet ? 9 : 2); i++) run.OnEvent(cet ? "IO_INSTRUCTION" : "HLT", cet ? "0x608" : "", cet ? 0x41u : 0x40u);
        return run.ToFacts();
    }
}
