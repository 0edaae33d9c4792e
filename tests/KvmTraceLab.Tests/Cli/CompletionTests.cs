using System.Diagnostics;
using KvmTraceLab.Cli;

namespace KvmTraceLab.Tests.Cli;

/// <summary>The completion functions of docs/completion.md, taken from the page and called as the shells call them.</summary>
public sealed class CompletionTests
{
    private static string FunctionFor(string shell)
    {
        var page = File.ReadAllText(Path.Combine(Analyzed.Root, "docs", "completion.md"));
        var part = page[page.IndexOf(shell + ", in", StringComparison.Ordinal)..];
        var start = part.IndexOf("```sh\n", StringComparison.Ordinal) + 6;
        return part[start..part.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static string[] Ask(string shell, string script)
    {
        var start = new ProcessStartInfo(shell, [shell == "zsh" ? "-f" : "--norc", "-c", "ktl() { dotnet \"$KTL\" \"$@\"; }\n" + script])
        {
            WorkingDirectory = Analyzed.Root, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["KTL"] = typeof(Root).Assembly.Location;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000));
        Assert.Equal("", error.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public static TheoryData<string, string[], string[]> Lines => new()
    {
        { "ktl an", ["analyze"], ["info", "--format"] },
        { "ktl ex", ["exits", "export"], ["events"] },
        { "ktl analyze --mi", ["--min-iterations"], ["--format"] },
        { "ktl mmu ", ["decode", "explain", "table", "eval", "diff"], ["analyze"] },
        { "ktl info --format ", ["text", "json", "csv", "md"], ["--from"] },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Bash(string line, string[] offered, string[] others)
    {
        var words = line.Split(' ');
        var answer = Ask("bash", $"""
            {FunctionFor("bash")}
            COMP_LINE='{line}' COMP_POINT={line.Length} COMP_WORDS=({string.Join(' ', words.Select(w => $"'{w}'"))}) COMP_CWORD={words.Length - 1}
            _ktl
            printf '%s\n' "${"{COMPREPLY[@]}"}"
            """);
        Assert.Superset(offered.ToHashSet(), answer.ToHashSet());
        Assert.Empty(answer.Intersect(others));
    }

    /// <summary>Where zsh is not installed there is nothing to test; .ci/run installs it.</summary>
    [Theory]
    [MemberData(nameof(Lines))]
    public void Zsh(string line, string[] offered, string[] others)
    {
        if (!File.Exists("/usr/bin/zsh") && !File.Exists("/bin/zsh")) return;

        // compadd keeps what begins with the word at the cursor; here it prints all that it is given.
        var answer = Ask("zsh", $$"""
            compdef() { }
            compadd() { [[ $1 == -- ]] && shift; print -rl -- "$@"; }
            _files() { }
            {{FunctionFor("zsh")}}
            BUFFER='{{line}}' CURSOR={{line.Length}}
            _ktl
            """);
        Assert.Superset(offered.ToHashSet(), answer.ToHashSet());
        Assert.Empty(answer.Intersect(others));
    }
}
