using KvmTraceLab.Analysis.Compare;
using KvmTraceLab.Analysis.Compare.Statistics;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Tests.Analysis.Compare;

/// <summary>What a comparison says in words must be what its numbers say.</summary>
public sealed class CompareWordingTests
{
    [Fact]
    public void A_growth_is_told_as_one()
    {
        var result = Comparer.Compare([Run("new", 2, 100), Run("base", 1, 400)], new CompareOptions());
        Assert.Matches(@"^(3\.9|4|4\.1)\d* times more exits per second: the ratio is 0\.2\d+ \(0\.2\d+ to 0\.2\d+ at 95%\)\.$", result.Why);
    }

    [Fact]
    public void A_change_within_the_noise_is_none_and_is_made_of_nothing()
    {
        Stage a = Run("a", 1, 400, ("HLT", 0.5), ("CPUID", 0.5));
        Stage b = Run("b", 2, 400, ("HLT", 0.4), ("CPUID", 0.6));
        var result = Comparer.Compare([a, b], new CompareOptions { Per = ComparePer.Vcpu });
        Assert.StartsWith("No sure change in exits per vCPU second: the ratio is ", result.Why, StringComparison.Ordinal);
        Assert.DoesNotContain(Lines(result), l => l.Contains("made of", StringComparison.Ordinal));
    }

    [Fact]
    public void What_went_the_other_way_stands_beside_what_the_reduction_is_made_of()
    {
        Stage a = Run("a", 1, 4000, ("IRQ", 0.9), ("HLT", 0.1));
        Stage b = Run("b", 2, 1000, ("HLT", 1));
        var result = Comparer.Compare([a, b], new CompareOptions());
        var line = Assert.Single(Lines(result), l => l.Contains("made of", StringComparison.Ordinal));
        Assert.Matches(@"^The reduction is made of IRQ \(1\d\d%\), against HLT \(-\d+(\.\d)?%\)\.$", line);
    }

    [Fact]
    public void Reasons_are_counted_in_the_unit_of_their_shares()
    {
        Stage four = Run("four", 1, 400, ("HLT", 1));
        four = four with { Runs = [four.Runs[0] with { Vcpus = 4 }] };
        var result = Comparer.Compare([four, Run("one", 2, 100, ("HLT", 1))], new CompareOptions { Per = ComparePer.Vcpu });
        ReportTable table = CompareReport.ToReport(result).Sections.Single(s => s.Id == "by-reason").Table!;
        Assert.Equal(["reason", "per_unit_0", "per_unit_1", "ratio", "share_of_reduction"], table.Columns.Select(c => c.Key));
        Assert.InRange(Assert.IsType<double>(table.Rows[0][1]), 90, 110);
        Assert.Equal(result.Overall.Ratio!.Value, Assert.IsType<double>(table.Rows[0][3]), 9);
    }

    [Fact]
    public void Stages_on_unlike_numbers_of_vCPUs_say_so_per_second_alone()
    {
        Stage two = Run("two", 1, 400);
        two = two with { Runs = [two.Runs[0] with { Vcpus = 2 }] };
        Stage[] stages = [two, Run("one", 2, 200)];
        Assert.Contains("two ran on 2 vCPUs and one on 1: part of the ratio is theirs; --per vcpu takes it out.", Comparer.Compare(stages, new CompareOptions()).Notes);
        Assert.DoesNotContain(Comparer.Compare(stages, new CompareOptions { Per = ComparePer.Vcpu }).Notes, n => n.Contains("vCPU", StringComparison.Ordinal));
        Assert.DoesNotContain(Comparer.Compare(stages, new CompareOptions { Work = [1] }).Notes, n => n.Contains("vCPU", StringComparison.Ordinal));
    }

    [Fact]
    public void The_very_same_run_at_both_ends_is_no_measurement()
    {
        Stage once = Run("once", 1, 400);
        Assert.Contains(Comparer.Compare([once, once with { Label = "again" }], new CompareOptions()).Notes, n => n.StartsWith("once and again hold the very same events", StringComparison.Ordinal));
        Assert.DoesNotContain(Comparer.Compare([once, Run("other", 2, 400)], new CompareOptions()).Notes, n => n.Contains("very same", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stage_of_unknown_length_did_not_last_0_seconds()
    {
        Stage sums = new("sums", [new RunSeries { Path = "sums", Exits = 1000 }], null);
        var result = Comparer.Compare([sums, Run("run", 1, 400)], new CompareOptions());
        Assert.Equal("There is no ratio: sums does not tell how many seconds it lasted; compare it --per trace or with --work.", result.Why);
    }

    [Theory]
    [InlineData("rate:5826", "rate:5809", "1.0029 times fewer exits per second (1.0028 to 1.0031 by rounding).")]
    [InlineData("rate:42916", "rate:6871", "6.246 times fewer exits per second (6.245 to 6.246 by rounding).")]
    [InlineData("rate:830", "rate:640", "1.297 times fewer exits per second (1.295 to 1.299 by rounding).")]
    public void Close_ends_of_an_interval_are_told_apart(string from, string to, string why) =>
        Assert.Equal(why, Comparer.Compare([Claim(from), Claim(to)], new CompareOptions()).Why);

    [Theory]
    [InlineData(1.08, 0.1, true)]
    [InlineData(1.08, 0.05, false)]
    [InlineData(0.95, 0.1, true)]
    [InlineData(0.95, 0.05, false)]
    [InlineData(1, 0.1, false)]
    [InlineData(4, 0.1, false)]
    public void A_tolerance_wider_than_the_claimed_change_is_told(double expect, double tolerance, bool told)
    {
        var result = Comparer.Compare([Claim("rate:145348264"), Claim("rate:133587307")], new CompareOptions { Expect = expect, Tolerance = tolerance });
        Assert.Equal(told, result.Notes.Any(n => n.StartsWith("No change at all (1x) lies within the tolerance too", StringComparison.Ordinal)));
    }

    [Fact]
    public void Where_rounding_makes_the_interval_wide_more_runs_would_not_help()
    {
        var result = Comparer.Compare([Claim("rate:4k"), Run("run", 2, 1000)], new CompareOptions { Expect = 4 });
        Assert.Equal(ClaimVerdict.CannotTell, result.Verdict);
        Assert.Contains("the digits given for a rate are too few", result.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("24x", 24.0)]
    [InlineData("-70%", 10 / 3.0)]
    [InlineData("+25%", 0.8)]
    [InlineData("70%", null)]
    [InlineData("-100%", null)]
    [InlineData("-%", null)]
    [InlineData("-5", null)]
    [InlineData("-x%", null)]
    public void A_claim_is_a_factor_or_a_change_in_percent(string text, double? factor)
    {
        bool read = CompareOptions.TryParseFactor(text, out double value);
        Assert.Equal(factor is not null, read);
        if (factor is double f) Assert.Equal(f, value, 12);
    }

    private static IEnumerable<string> Lines(CompareResult result) => CompareReport.ToReport(result).Headlines.SelectMany(h => h.Details);

    private static Stage Claim(string text)
    {
        Assert.True(StageSpec.TryParse(text, out StageSpec? spec, out _));
        return new Stage(spec!.Label, [], spec.Claim);
    }

    private static Stage Run(string label, ulong seed, double rate, params (string Reason, double Share)[] reasons)
    {
        RunSeries run = ExitStreams.Poisson(new SeededRandom(seed), rate) with { Path = label };
        return new Stage(label, [run with { Reasons = reasons.ToDictionary(r => r.Reason, r => new ReasonTally((long)(run.Exits * r.Share), 0)) }], null);
    }
}
