using System.Text.Json.Nodes;

namespace KvmTraceLab.Tests.Cli;

/// <summary>
/// The same guest with shadow paging and with nested paging (samples/README.md). Counts are those of
/// <c>trace-cmd report | grep kvm_exit:</c>, sorted and counted by reason.
/// </summary>
public sealed class ComparePairTests
{
    private const string Base = "samples/shadow-paging.dat";
    private const string New = "samples/nested-paging.dat";

    private static readonly Dictionary<string, (double Base, double New)> Exits = new()
    {
        ["EXIT_WRITE_CR3"] = (1800, 0),
        ["EXIT_EXCP_PF"] = (700, 0),
        ["EXIT_NPF"] = (0, 645),
        ["EXIT_INVLPG"] = (120, 0),
        ["EXIT_MSR"] = (16, 16),
        ["EXIT_CPUID"] = (12, 12),
        ["EXIT_IOIO"] = (10, 10),
        ["EXIT_INTR"] = (8, 7),
        ["EXIT_HLT"] = (3, 3),
        ["EXIT_VINTR"] = (2, 0),
    };

    [Fact]
    public void Per_trace_it_names_what_went_with_shadow_paging()
    {
        var run = Ktl.Run("compare", Base, New, "--per", "trace", "--format", "json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var document = JsonNode.Parse(run.Output)!;
        Assert.Equal([2671, 693], document["stages"]!.AsArray().Select(s => s!["exits"]!.GetValue<long>()));
        Assert.Equal(2671 / 693.0, document["overall"]!["ratio"]!.GetValue<double>(), 9);
        var reasons = document["byReason"]!.AsArray();
        Assert.Equal(["EXIT_WRITE_CR3", "EXIT_EXCP_PF"], reasons.Take(2).Select(r => r!["reason"]!.GetValue<string>()));
        Assert.Equal(Exits.Keys.Order(), reasons.Select(r => r!["reason"]!.GetValue<string>()).Order());
        foreach (var reason in reasons)
        {
            var (before, after) = Exits[reason!["reason"]!.GetValue<string>()];
            Assert.Equal((before - after) / (2671 - 693), reason["shareOfReduction"]!.GetValue<double>(), 9);
        }

        // What either way of paging makes KVM see is not the guest's doing; of that nothing differs.
        Assert.Empty(document["differences"]!["items"]!.AsArray());
        Assert.Null(document["differences"]!["parting"]);
        Assert.Equal(41, document["differences"]!["eventsCompared"]!.GetValue<long>());
    }

    [Fact]
    public void A_table_per_trace_counts_exits_and_gives_no_rates()
    {
        var run = Ktl.Run("compare", Base, New, "--per", "trace");
        Assert.Equal(0, run.Code);
        var line = Assert.Single(run.Output.Split('\n'), l => l.TrimStart().StartsWith("EXIT_WRITE_CR3 ", StringComparison.Ordinal));
        Assert.Equal(["EXIT_WRITE_CR3", "1800", "0", "-", "91.00%"], line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Per_second_it_says_why_there_is_no_steady_number()
    {
        var run = Ktl.Run("compare", Base, New, "--per", "second", "--expect", "5.26x");
        Assert.Equal(3, run.Code);
        Assert.Contains("has no one steady rate", run.Output, StringComparison.Ordinal);
        Assert.Contains("--per trace", run.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public void One_reason_alone_is_compared_under_the_name_that_reports_give_it()
    {
        var run = Ktl.Run("compare", Base, New, "--per", "trace", "--reason", "exit_msr", "--format", "json");
        var document = JsonNode.Parse(run.Output)!;
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal([16, 16], document["stages"]!.AsArray().Select(s => s!["exits"]!.GetValue<long>()));
        Assert.Equal("EXIT_MSR", Assert.Single(document["reasons"]!.AsArray())!.GetValue<string>());
        Assert.Equal("EXIT_MSR", Assert.Single(document["byReason"]!.AsArray())!["reason"]!.GetValue<string>());
        Assert.Contains("--reason NOSUCH", Ktl.Run("compare", Base, New, "--reason", "NOSUCH").Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_each_trace_can_be_compared()
    {
        long Exits(params string[] part)
        {
            var run = Ktl.Run(["compare", Base, Base, "--per", "trace", "--format", "json", .. part]);
            Assert.Equal((0, ""), (run.Code, run.Error));
            return JsonNode.Parse(run.Output)!["stages"]![1]!["exits"]!.GetValue<long>();
        }

        Assert.Equal(2671, Exits("--vcpu", "0"));
        Assert.Equal(0, Exits("--vcpu", "7"));
        Assert.Equal(0, Exits("--to", "0.001"));
        Assert.Contains("sums alone", Ktl.RunWith(i => i.Write("  exits halt_exits\n 5 3\n"u8), "compare", Base, "-", "--vcpu", "0").Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_that_looks_like_an_option_is_no_stage_and_a_trace_is_never_overwritten()
    {
        Assert.Contains("no option '--tolerence'; did you mean --tolerance?", Ktl.Run("compare", Base, New, "--tolerence", "5%").Refused(), StringComparison.Ordinal);
        Assert.Contains("is the trace itself", Ktl.Run("compare", Base, New, "-o", New).Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Base)]
    [InlineData(New)]
    public void Without_the_MMU_events_no_fault_is_called_a_bug(string sample)
    {
        var run = Ktl.Run("replay", sample, "--format", "json");
        var document = JsonNode.Parse(run.Output)!;
        Assert.Equal((0, "undecidable", 0), (run.Code, document["overall"]!.GetValue<string>(), document["bugs"]!.AsArray().Count));
    }
}
