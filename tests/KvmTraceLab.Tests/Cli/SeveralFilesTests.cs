using System.Text.Json.Nodes;

namespace KvmTraceLab.Tests.Cli;

/// <summary><c>ktl analyze</c> of several files: which of them each finding is of, how they stand to each other, and one that is broken.</summary>
public sealed class SeveralFilesTests
{
    private const string Poll = "samples/pm-timer-loop.txt";
    private const string Livelock = "samples/write-livelock.txt";

    [Fact]
    public void Findings_name_their_file_and_bugs_come_first()
    {
        var result = Ktl.Run("analyze", Poll, Livelock);
        Assert.Equal(0, result.Code);
        var headlines = result.Output.Split("\nFiles\n")[0].Split('\n').Where(l => l.Length > 0 && l[0] != ' ').ToList();
        Assert.StartsWith("BUG: write-livelock.txt: ", headlines[0], StringComparison.Ordinal);
        Assert.Contains(headlines, h => h.StartsWith("NOTICE: pm-timer-loop.txt: ", StringComparison.Ordinal));
        Assert.DoesNotContain("--table", result.Output, StringComparison.Ordinal);
        Assert.All(result.Output.Split('\n'), l => Assert.True(l.Length <= 100, l));
    }

    [Fact]
    public void A_broken_file_does_not_hide_the_others()
    {
        var result = Ktl.Run("analyze", Poll, "global.json", "no-such-file", Livelock, "--format", "json");
        Assert.Equal(2, result.Code);
        var lines = result.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("ktl: global.json: ", lines[0], StringComparison.Ordinal);
        Assert.Contains("no-such-file", lines[1], StringComparison.Ordinal);
        var document = JsonNode.Parse(result.Output)!;
        Assert.Equal([Poll, Livelock], document["reports"]!.AsArray().Select(r => r!["source"]!["path"]!.GetValue<string>()));
        Assert.Equal([Poll, "global.json", "no-such-file", Livelock], document["files"]!.AsArray().Select(r => r!["path"]!.GetValue<string>()));
        Assert.Equal([false, true, true, false], document["files"]!.AsArray().Select(r => r!["unread"] is not null));
    }

    [Fact]
    public void Where_none_can_be_read_nothing_is_written()
    {
        var result = Ktl.Run("analyze", "global.json", "nuget.config");
        Assert.Equal((2, ""), (result.Code, result.Output));
        Assert.Equal(2, result.Error.TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public void The_same_events_twice_are_told_as_such()
    {
        var result = Ktl.Run("analyze", Poll, Livelock, "./" + Poll);
        Assert.Equal(0, result.Code);
        Assert.Contains("./samples/pm-timer-loop.txt has the same events as samples/pm-timer-loop.txt", result.Output.ReplaceLineEndings(" ").Replace("  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("NOTICE: ./samples/pm-timer-loop.txt: ", result.Output, StringComparison.Ordinal);
    }
}
