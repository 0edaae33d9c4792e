using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Compare;
using KvmTraceLab.Analysis.Compare.Statistics;

namespace KvmTraceLab.Tests.Analysis.Compare;

public sealed class ComparerTests
{
    [Fact]
    public void The_chain_of_the_MBEC_claim_follows_from_rounding_alone()
    {
        var result = Comparer.Compare([Claim("rate:1.2M"), Claim("rate:200k"), Claim("rate:50k")], new CompareOptions { Expect = 24 });

        Assert.Equal([6.0, 4.0], result.Steps.Select(s => s.Interval.Ratio!.Value));
        Assert.Equal(24, result.Overall.Ratio);
        Assert.Equal(1150 / 50.5, result.Overall.Low!.Value, 9);
        Assert.Equal(1250 / 49.5, result.Overall.High!.Value, 9);
        Assert.Equal(ClaimVerdict.Confirmed, result.Verdict);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            "24 times fewer exits per second (22.77 to 25.25 by rounding); the claimed 24 ± 10% is 21.6 to 26.4, which holds the whole interval."
            + " Both ends are claimed rates, so this checks arithmetic and rounding, not a measurement.",
            result.Why);
    }

    [Theory]
    [InlineData(24, 0.1, ClaimVerdict.Confirmed, 0)]
    [InlineData(24, 0.05, ClaimVerdict.CannotTell, 3)]
    [InlineData(30, 0.1, ClaimVerdict.Refuted, 1)]
    [InlineData(20, 0.1, ClaimVerdict.Refuted, 1)]
    [InlineData(22, 0.05, ClaimVerdict.CannotTell, 3)]
    public void Verdict_and_exit_code_follow_from_where_the_interval_lies(double expect, double tolerance, ClaimVerdict verdict, int exitCode)
    {
        var result = Comparer.Compare([Claim("rate:1.2M"), Claim("rate:50k")], new CompareOptions { Expect = expect, Tolerance = tolerance });
        Assert.Equal((verdict, exitCode), (result.Verdict!.Value, result.ExitCode));
    }

    [Fact]
    public void Without_a_claim_there_is_no_verdict()
    {
        var result = Comparer.Compare([Claim("rate:1.2M"), Claim("rate:50k")], new CompareOptions());
        Assert.Null(result.Verdict);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("24 times fewer exits per second (22.77 to 25.25 by rounding).", result.Why);
    }

    [Fact]
    public void Per_vCPU_divides_a_claim_by_the_vCPUs_it_carries()
    {
        var options = new CompareOptions { Per = ComparePer.Vcpu, Expect = 12 };
        Assert.Equal(12, Comparer.Compare([Claim("rate:1.2M@8"), Claim("rate:50k@4")], options).Overall.Ratio!.Value, 9);
        var without = Comparer.Compare([Claim("rate:1.2M@8"), Claim("rate:50k")], options);
        Assert.Null(without.Overall.Ratio);
        Assert.Equal(ClaimVerdict.CannotTell, without.Verdict);
        Assert.Contains("rate:50k does not say how many vCPUs", without.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_per_second_says_nothing_per_trace()
    {
        var result = Comparer.Compare([Claim("rate:1.2M"), Claim("rate:50k")], new CompareOptions { Per = ComparePer.Trace, Expect = 24 });
        Assert.Equal(ClaimVerdict.CannotTell, result.Verdict);
        Assert.Null(result.Overall.Ratio);
    }

    [Fact]
    public void A_measured_reduction_is_confirmed_and_a_wrong_claim_refuted()
    {
        Stage[] stages = [Run(1, 4000), Run(2, 1000)];
        Assert.Equal(ClaimVerdict.Confirmed, Comparer.Compare(stages, new CompareOptions { Expect = 4 }).Verdict);
        Assert.Equal(ClaimVerdict.Refuted, Comparer.Compare(stages, new CompareOptions { Expect = 6 }).Verdict);
    }

    [Fact]
    public void The_same_input_gives_the_same_interval_and_another_seed_another_close_to_it()
    {
        Stage[] stages = [Run(1, 400), Run(2, 100)];
        RatioInterval a = Comparer.Compare(stages, new CompareOptions()).Overall;
        Assert.Equal(a, Comparer.Compare(stages, new CompareOptions()).Overall);
        RatioInterval b = Comparer.Compare(stages, new CompareOptions { Seed = 2 }).Overall;
        Assert.NotEqual(a, b);
        Assert.Equal(a.Low!.Value, b.Low!.Value, 1);
    }

    [Fact]
    public void Where_events_were_lost_nothing_is_confirmed_or_refuted()
    {
        Stage lossy = new("lossy", [ExitStreams.Poisson(new SeededRandom(1), 4000) with { Path = "lossy.dat", LostEvents = 12 }], null);
        var result = Comparer.Compare([lossy, Run(2, 1000)], new CompareOptions { Expect = 40 });
        Assert.Equal(ClaimVerdict.CannotTell, result.Verdict);
        Assert.Contains("lossy.dat lost 12 events", result.Why, StringComparison.Ordinal);

        Stage unknown = new("unknown", [ExitStreams.Poisson(new SeededRandom(1), 4000) with { LostMarkers = 1 }], null);
        Assert.Equal(ClaimVerdict.CannotTell, Comparer.Compare([Run(2, 1000), unknown], new CompareOptions { Expect = 0.25 }).Verdict);
    }

    [Fact]
    public void One_short_run_cannot_tell()
    {
        Stage few = new("few", [ExitStreams.Poisson(new SeededRandom(1), 20, 1) with { Path = "few" }], null);
        var result = Comparer.Compare([few, few], new CompareOptions { Expect = 1 });
        Assert.Equal(ClaimVerdict.CannotTell, result.Verdict);
        Assert.Contains("needs 30 exits", result.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stage_without_exits_has_no_ratio()
    {
        Stage none = new("none", [new RunSeries { Path = "none", Seconds = 60, Windows = new long[100], WindowsCovered = 100 }], null);
        var result = Comparer.Compare([Run(1, 100), none], new CompareOptions { Expect = 4 });
        Assert.Null(result.Overall.Ratio);
        Assert.Equal(ClaimVerdict.CannotTell, result.Verdict);
    }

    [Fact]
    public void Runs_of_very_different_length_are_not_held_against_each_other()
    {
        Stage brief = new("brief", [ExitStreams.Poisson(new SeededRandom(3), 4000, 10)], null);
        var result = Comparer.Compare([brief, Run(2, 1000)], new CompareOptions { Expect = 4 });
        Assert.Equal(ClaimVerdict.CannotTell, result.Verdict);
        Assert.Contains("brief lasted 10 s and new 60 s", result.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Phases_have_no_one_rate_per_second_but_a_count_per_trace()
    {
        var random = new SeededRandom(5);
        RunSeries Boot(double scale) => Concatenate([
            ExitStreams.Poisson(random, 200 * scale, 10), ExitStreams.Poisson(random, 9000 * scale, 5), ExitStreams.Poisson(random, 900 * scale, 12), ExitStreams.Poisson(random, 50 * scale, 8)]);
        Stage[] stages = [new("shadow", [Boot(6.5), Boot(6.5)], null), new("nested", [Boot(1), Boot(1)], null)];

        var perSecond = Comparer.Compare(stages, new CompareOptions { Expect = 6.5 });
        Assert.Equal(ClaimVerdict.CannotTell, perSecond.Verdict);
        Assert.Contains("has no one steady rate (its quarters ran at", perSecond.Why, StringComparison.Ordinal);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(perSecond.Why, "--per trace"));

        var perTrace = Comparer.Compare(stages, new CompareOptions { Expect = 6.5, Per = ComparePer.Trace, Tolerance = 0.5 });
        Assert.InRange(6.5, perTrace.Overall.Low!.Value, perTrace.Overall.High!.Value);
        Assert.Equal(ClaimVerdict.Confirmed, perTrace.Verdict);
    }

    [Fact]
    public void Drift_is_told_and_does_not_stop_a_verdict()
    {
        Stage drift = new("drift", [ExitStreams.Drift(new SeededRandom(1), 4000) with { Path = "drift.dat" }], null);
        var result = Comparer.Compare([drift, Run(2, 1000)], new CompareOptions { Expect = 4 });
        Assert.Equal(ClaimVerdict.Confirmed, result.Verdict);
        Assert.Contains(result.Notes, n => n.StartsWith("drift.dat drifts", StringComparison.Ordinal));
    }

    [Fact]
    public void Runs_are_the_unit_where_there_are_several()
    {
        // Three runs of sums alone: 95 % of Welch's t on the totals, worked out by hand.
        Stage Runs(string name, params long[] exits) => new(name, [.. exits.Select(e => new RunSeries { Path = name, Exits = e, Seconds = 1 })], null);
        RatioInterval i = Comparer.Compare([Runs("a", 1000, 1100, 1200), Runs("b", 500, 520, 480)], new CompareOptions()).Overall;

        double va = Math.Pow(100 / Math.Sqrt(3) / 1100, 2);
        double vb = Math.Pow(20 / Math.Sqrt(3) / 500, 2);
        double dof = Math.Pow(va + vb, 2) / ((va * va / 2) + (vb * vb / 2));
        double reach = Math.Exp(StudentT.TwoSided(0.95, dof) * Math.Sqrt(va + vb));
        Assert.Equal(2.2, i.Ratio!.Value, 9);
        Assert.Equal(2.2 / reach, i.Low!.Value, 9);
        Assert.Equal(2.2 * reach, i.High!.Value, 9);
    }

    [Fact]
    public void The_same_file_twice_is_one_run()
    {
        Stage once = Run(1, 400);
        Stage twice = once with { Runs = [once.Runs[0], once.Runs[0]] };
        var result = Comparer.Compare([twice, Run(2, 100)], new CompareOptions());
        Assert.Equal(Comparer.Compare([once, Run(2, 100)], new CompareOptions()).Overall, result.Overall);
        Assert.Contains(result.Notes, n => n.Contains("same run more than once", StringComparison.Ordinal));
    }

    [Fact]
    public void Units_of_work_divide_the_count()
    {
        var result = Comparer.Compare([Run(1, 400), Run(2, 100)], new CompareOptions { Work = [1000, 500] });
        Assert.Equal(result.Stages[0].Exits!.Value / 1000.0 / (result.Stages[1].Exits!.Value / 500.0), result.Overall.Ratio!.Value, 9);
    }

    [Fact]
    public void Reasons_account_for_the_whole_change_and_fewer_exits_may_take_more_time()
    {
        RunSeries With(ulong seed, double rate, long each, params (string Reason, double Share)[] reasons)
        {
            RunSeries run = ExitStreams.Poisson(new SeededRandom(seed), rate) with { Vcpus = 2 };
            var tallies = reasons.ToDictionary(r => r.Reason, r => new ReasonTally((long)(run.Exits * r.Share), (long)(run.Exits * r.Share) * each));
            return run with { Exits = tallies.Values.Sum(t => t.Count), Reasons = tallies, BusyHostNs = tallies.Where(t => t.Key != "HLT").Sum(t => t.Value.HostNs) };
        }

        var result = Comparer.Compare(
            [
                new Stage("a", [With(1, 4000, 1000, ("VMREAD", 0.75), ("HLT", 0.25))], null),
                new Stage("b", [With(2, 1000, 9000, ("VMREAD", 0.5), ("HLT", 0.25), ("CPUID", 0.25))], null),
            ],
            new CompareOptions());

        Assert.Equal(["VMREAD", "HLT", "CPUID"], result.ByReason.Select(r => r.Reason));
        Assert.Equal(1, result.ByReason.Sum(r => r.ShareOfReduction!.Value), 9);
        Assert.True(result.ByReason[^1].ShareOfReduction < 0);
        Assert.Equal(0, result.ByReason[^1].RatesPerSec[0]);
        Assert.True(result.HostTimeRatio < 1);
        Assert.Contains(result.Notes, n => n.StartsWith("Fewer exits, but more time", StringComparison.Ordinal));
    }

    [Fact]
    public void The_document_has_the_keys_of_the_contract()
    {
        JsonObject json = CompareReport.ToReport(Comparer.Compare([Claim("rate:1.2M@8"), Claim("rate:50k@8")], new CompareOptions { Expect = 24 })).Document;
        Assert.Equal("ktl/compare/1", (string)json["schema"]!);
        Assert.Equal(1.2e6, (double)json["stages"]![0]!["ratePerSec"]!);
        Assert.Equal(150_000, (double)json["stages"]![0]!["ratePerVcpuSec"]!);
        Assert.Equal(8, (int)json["stages"]![0]!["vcpus"]!);
        Assert.Null(json["stages"]![0]!["exits"]);
        Assert.Equal(0, (int)json["steps"]![0]!["from"]!);
        Assert.Equal(24, (double)json["overall"]!["ratio"]!);
        Assert.Equal(0.95, (double)json["overall"]!["confidence"]!);
        Assert.Equal(24, (double)json["expect"]!);
        Assert.Equal("confirmed", (string)json["verdict"]!);
        Assert.NotEmpty((string)json["why"]!);
        Assert.Empty(json["byReason"]!.AsArray());
    }

    private static Stage Claim(string text)
    {
        Assert.True(StageSpec.TryParse(text, out StageSpec? spec, out _));
        return new Stage(spec!.Label, [], spec.Claim);
    }

    private static Stage Run(ulong seed, double rate) =>
        new(seed == 1 ? "base" : "new", [ExitStreams.Poisson(new SeededRandom(seed), rate) with { Path = $"run{seed}.dat" }], null);

    private static RunSeries Concatenate(RunSeries[] parts) => new()
    {
        Path = "boot",
        Exits = parts.Sum(p => p.Exits),
        Seconds = parts.Sum(p => p.Seconds),
        Windows = [.. parts.SelectMany(p => p.Windows)],
        WindowsCovered = parts.Sum(p => p.WindowsCovered),
    };
}
