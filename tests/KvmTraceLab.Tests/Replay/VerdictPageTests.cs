using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Replay;

/// <summary>What docs/replay.md says a verdict means is what the program says.</summary>
public sealed class VerdictPageTests
{
    [Fact]
    public void The_page_has_each_verdict_in_order_with_its_meaning()
    {
        var expected = Enum.GetValues<FaultVerdict>().Where(v => v != FaultVerdict.Open).Select(v => $"| `{v.Name()}` | {v.Meaning()} |");
        var rows = File.ReadLines(Path.Combine(Analyzed.Root, "docs", "replay.md")).SkipWhile(l => l != "## The verdicts").TakeWhile(l => !l.StartsWith("## From", StringComparison.Ordinal))
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal));
        Assert.Equal(expected, rows);
    }

    /// <summary>A bug's meaning tells what happened, its rule what should have; of what is expected there is nothing to tell apart.</summary>
    [Fact]
    public void The_meaning_of_a_bug_is_not_its_rule() =>
        Assert.All(Enum.GetValues<FaultVerdict>().Where(v => v.IsBug() || v.IsExpected()), v => Assert.Equal(v.IsBug(), v.Meaning() != v.Rule()));
}
