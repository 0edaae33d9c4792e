using System.Text.Json.Nodes;

namespace KvmTraceLab.Tests.Cli;

/// <summary>CSV tables: the same columns whatever the trace holds, and figures that agree between commands.</summary>
public sealed class TableTests : IDisposable
{
    private const string Loop = "samples/pm-timer-loop.txt";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ktl");

    public void Dispose() => _folder.Delete(recursive: true);

    private string NewFile(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static string Header(params string[] arguments)
    {
        var (code, output, error) = Ktl.Run(arguments);
        Assert.Equal((0, ""), (code, error));
        return output.Split('\n')[0];
    }

    /// <summary>With rows or without, a script finds the same header.</summary>
    [Theory]
    [InlineData("loops --format csv", Loop, "samples/nested-idt-in-mmio.txt")]
    [InlineData("export --to csv --table faults", "samples/shadow-stale.dat", Loop)]
    [InlineData("export --to csv --table loops", Loop, "samples/nested-idt-in-mmio.txt")]
    [InlineData("replay --format csv", "samples/shadow-stale.dat", Loop)]
    [InlineData("analyze --format csv", Loop, "samples/shadow-stale.dat")]
    [InlineData("analyze --format csv --table ports", Loop, "samples/nested-idt-in-mmio.txt")]
    [InlineData("analyze --format csv --table gpas", "samples/shadow-stale.dat", Loop)]
    [InlineData("report --format csv", Loop, "samples/shadow-stale.dat")]
    public void A_table_has_its_header_where_the_trace_has_no_row_for_it(string line, string one, string other)
    {
        var words = line.Split(' ');
        Assert.Equal(Header([words[0], one, .. words[1..]]), Header([words[0], other, .. words[1..]]));
    }

    [Fact]
    public void No_loop_is_said_in_words()
    {
        Assert.StartsWith(
            "No loop: nothing with an exit in it repeats 100000 times in a row with a period of at most 64\n    events.\n",
            Ktl.Run("loops", "samples/nested-idt-in-mmio.txt", "--min-iterations", "100000").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_is_not_written_over()
    {
        var trace = NewFile("t.txt", "q-7 [000] 1.000000: kvm_entry: vcpu 0\n");
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "link"), trace);
        foreach (var output in new[] { trace, Path.Combine(_folder.FullName, ".", "t.txt"), Path.Combine(_folder.FullName, "link") })
            Assert.Contains("is the trace itself", Ktl.Run("events", trace, "-o", output).Refused(), StringComparison.Ordinal);
        Assert.StartsWith("q-7", File.ReadAllText(trace), StringComparison.Ordinal);
    }

    /// <summary>What <c>info</c> calls a format, <c>--input-format</c> takes.</summary>
    [Theory]
    [InlineData(Loop)]
    [InlineData("samples/shadow-stale.dat")]
    [InlineData("samples/seed-mail.txt")]
    [InlineData("samples/nested-idt-in-mmio.txt")]
    public void The_name_of_a_format_is_the_word_that_forces_it(string file)
    {
        var format = JsonNode.Parse(Ktl.Run("info", file, "--format", "json").Output)!["source"]!["format"]!.GetValue<string>();
        var (code, output, error) = Ktl.Run("info", file, "--input-format", format, "--format", "json");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(format, JsonNode.Parse(output)!["source"]!["format"]!.GetValue<string>());
    }

    [Fact]
    public void Several_files_have_no_table_in_common() =>
        Assert.Contains("--format csv: one FILE at a time", Ktl.Run("analyze", Loop, Loop, "--format", "csv").Refused(), StringComparison.Ordinal);

    [Fact]
    public void An_exit_without_a_reason_has_one_name_everywhere()
    {
        var file = NewFile("cut.txt", "q-7 [000] 1.000000: kvm_entry: vcpu 0\nq-7 [000] 1.000010: kvm_exit\n");
        foreach (var command in new[] { "analyze", "exits" })
            Assert.Equal("UNKNOWN", JsonNode.Parse(Ktl.Run(command, file, "--format", "json").Output)!["exits"]![0]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public void A_bug_that_a_signature_tells_is_a_bug_for_fail_on()
    {
        var turn = """
            q-7 [000] 1.{0:000000}: kvm_exit: reason EXIT_EXCP_GP rip 0x4015c2 info 6a 0
            q-7 [000] 1.{1:000000}: kvm_emulate_insn: 0:4015c2: 0f 01 d0
            q-7 [000] 1.{2:000000}: kvm_inj_exception: #GP (0x6a)
            q-7 [000] 1.{3:000000}: kvm_entry: vcpu 0, rip 0x4015c2

            """;
        var file = NewFile("gp.txt", string.Concat(Enumerable.Range(0, 40).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, turn, 4 * i, (4 * i) + 1, (4 * i) + 2, (4 * i) + 3))));
        var (code, output, _) = Ktl.Run("analyze", file, "--fail-on", "bug");
        Assert.StartsWith("BUG: Intercepted #GP", output, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    /// <summary>What is certain outweighs what cannot be told.</summary>
    [Theory]
    [InlineData(3, "samples/ept-livelock-wrapped.txt")]
    [InlineData(1, "samples/ept-livelock-wrapped.txt", "samples/write-livelock.txt")]
    [InlineData(1, "samples/write-livelock.txt", "samples/ept-livelock-wrapped.txt")]
    public void The_worst_of_several_files_counts(int code, params string[] files) =>
        Assert.Equal(code, Ktl.Run(["analyze", .. files, "--fail-on", "bug"]).Code);

    [Theory]
    [InlineData("samples/write-livelock.txt", "kvm-bug")]
    [InlineData("samples/ept-livelock-wrapped.txt", "undecidable")]
    [InlineData(Loop, "expected")]
    public void Analyze_and_replay_say_the_same_of_the_whole(string file, string overall)
    {
        Assert.Equal(overall, JsonNode.Parse(Ktl.Run("analyze", file, "--format", "json").Output)!["faults"]!["overall"]!.GetValue<string>());
        Assert.Equal(overall, JsonNode.Parse(Ktl.Run("replay", file, "--format", "json").Output)!["overall"]!.GetValue<string>());
    }
}
