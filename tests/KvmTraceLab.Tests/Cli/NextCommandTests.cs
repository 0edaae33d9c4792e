namespace KvmTraceLab.Tests.Cli;

/// <summary>What a report says to do next can be pasted.</summary>
public sealed class NextCommandTests
{
    [Theory]
    [InlineData("plain.txt", "plain.txt")]
    [InlineData("it's two.txt", @"'it'\''s two.txt'")]
    [InlineData("$HOME.txt", "'$HOME.txt'")]
    public void A_command_names_the_file_as_a_shell_takes_it(string name, string word)
    {
        var folder = Directory.CreateTempSubdirectory("ktl-");
        try
        {
            var path = Path.Combine(folder.FullName, name);
            File.Copy(Path.Combine(Analyzed.Root, "samples/demand-faults.txt"), path);
            using var trace = KvmTraceLab.Parser.Trace.Open(path);
            var run = new KvmTraceLab.Analysis.TraceRun(trace, new KvmTraceLab.Replay.TraceReplayer([]));
            var quoted = word.StartsWith('\'') ? $"'{folder.FullName}/{word[1..]}" : $"{folder.FullName}/{name}";
            Assert.Equal($"See `ktl info {quoted}`.", run.Named("See `ktl info FILE`."));
            Assert.Contains($"`ktl exits {quoted} --by", string.Join(' ', Ktl.Run("analyze", path).Output.Split('\n').Select(l => l.Trim())), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void JSON_is_the_same_wherever_the_trace_lies() =>
        Assert.Contains("ktl replay FILE", Ktl.Run("analyze", "samples/write-livelock.txt", "--format", "json").Output, StringComparison.Ordinal);
}
