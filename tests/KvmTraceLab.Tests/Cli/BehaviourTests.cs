using System.Text;
using System.Text.Json.Nodes;
using KvmTraceLab.Tests.Parser.TraceDat;

namespace KvmTraceLab.Tests.Cli;

/// <summary>Exit codes, one line for what cannot be read, filters, output files.</summary>
public sealed class BehaviourTests : IDisposable
{
    private const string Loop = "samples/pm-timer-loop.txt";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ktl");

    public void Dispose() => _folder.Delete(recursive: true);

    private string NewFile(string name, byte[] content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private string NewFile(string name, string content) => NewFile(name, Encoding.UTF8.GetBytes(content));

    [Fact]
    public void What_is_no_trace_is_refused_in_one_line()
    {
        var random = new byte[200_000];
        new Random(1).NextBytes(random);
        (string File, string Says)[] cases =
        [
            (Path.Combine(_folder.FullName, "nothere.dat"), "no such file"),
            (_folder.FullName, "is a directory"),
            (NewFile("empty", ""), "is empty"),
            (NewFile("nul", new byte[100_000]), "NUL"),
            (NewFile("binary", random), "is no trace"),
            (NewFile("prose.txt", "Hello,\n\nthis is a mail without any trace.\n"), "is no trace"),
            (NewFile("perf.data", "PERFILE2xxxxxxxxxxxxxxxx"), "perf script"),
            (NewFile("exits.stat", "\nAnalyze events for all VMs, all VCPUs:\n\n             VM-EXIT    Samples  Samples%     Time%    Min Time    Max Time         Avg time\n\n  IO_INSTRUCTION        230    97.87%    91.85%      0.00us      1.00us      0.54us ( +-   2.00% )\n\nTotal Samples:235, Total events handled time:135.00us.\n"), "perf kvm stat"),
            (NewFile("trace.dump-summary", "\n Tracing meta data in file trace.dat:\n\t[Initial format]\n\t\t7\t[Version]\n"), "trace-cmd dump"),
            (NewFile("trace.dump-options", "\t[Section 0 @ 70074: \"options\", flags 0x0, 568 bytes]\n\t\t[Option HEADERS, 8 bytes] @ 37\n"), "trace-cmd dump"),
            (NewFile("buffers.stat", "cpus=2\n\nKernel buffer statistics:\n\nCPU: 0\nentries: 15\noverrun: 0\ncommit overrun: 0\n"), "trace-cmd"),
        ];
        foreach (var (file, says) in cases)
        {
            var line = Ktl.Run("analyze", file).Refused();
            Assert.Contains(file, line, StringComparison.Ordinal);
            Assert.Contains(says, line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_huge_line_through_a_pipe_is_refused_or_counted()
    {
        void Feed(Stream stream, string tail)
        {
            var part = Encoding.ASCII.GetBytes(new string('a', 1 << 20));
            for (var i = 0; i < 100; i++) stream.Write(part);
            stream.Write(Encoding.ASCII.GetBytes(tail));
        }

        Assert.Contains("-: offset 0: is no trace", Ktl.RunWith(s => Feed(s, ""), "analyze", "-").Refused(), StringComparison.Ordinal);
        var result = Ktl.RunWith(
            s =>
            {
                s.Write("a-1 [000] 1.0: kvm_entry: vcpu 0\n"u8);
                Feed(s, "\na-1 [000] 2.0: kvm_exit: reason HLT rip 0x1 info 0 0\n");
            },
            "analyze", "-", "--format", "json");
        Assert.Equal((0, ""), (result.Code, result.Error));
        var health = JsonNode.Parse(result.Output)!["health"]!;
        Assert.Equal((2, 3, 1), ((int)health["events"]!, (int)health["lines"]!, (int)health["notUnderstood"]!));
    }

    [Fact]
    public void A_pipe_gives_the_report_of_the_file()
    {
        var bytes = File.ReadAllBytes(Path.Combine(Analyzed.Root, Loop));
        var piped = Ktl.RunWith(s => s.Write(bytes), "analyze", "-", "--format", "json");
        var file = Ktl.Run("analyze", Loop, "--format", "json");
        Assert.Equal(file.Output.Replace('"' + Loop + '"', "\"-\"", StringComparison.Ordinal), piped.Output);
    }

    [Theory]
    [InlineData("bug-free trace", 0, "analyze", Loop)]
    [InlineData("a loop was not to be", 1, "analyze", Loop, "--fail-on", "loop")]
    [InlineData("nothing lost", 0, "analyze", Loop, "--fail-on", "lost,not-understood")]
    [InlineData("lost", 1, "analyze", "samples/lost-events.txt", "--fail-on", "lost")]
    public void Conditions_decide_the_exit_code(string why, int code, params string[] arguments)
    {
        _ = why;
        Assert.Equal(code, Ktl.Run(arguments).Code);
    }

    [Theory]
    [InlineData("--threads 0", "analyze", Loop, "--threads", "0")]
    [InlineData("--from yesterday", "analyze", Loop, "--from", "yesterday")]
    [InlineData("--vcpu x", "analyze", Loop, "--vcpu", "x")]
    [InlineData("--min-iterations 1", "loops", Loop, "--min-iterations", "1")]
    [InlineData("--max-period 65", "loops", Loop, "--max-period", "65")]
    [InlineData("--by colour", "exits", Loop, "--by", "colour")]
    [InlineData("--than 1", "exits", Loop, "--than", "1")]
    [InlineData("--fail-on rain", "analyze", Loop, "--fail-on", "rain")]
    [InlineData("--format xml", "events", Loop, "--format", "xml")]
    [InlineData("--format xml: known are text, json, csv, md", "analyze", Loop, "--format", "xml")]
    [InlineData("--format html: known are svg, png, text", "chart", Loop, "--format", "html")]
    [InlineData("-o rate.pdf: the name ends in .svg or .png", "chart", Loop, "-o", "rate.pdf")]
    [InlineData("--format svg: known are html, text", "report", Loop, "--format", "svg")]
    [InlineData("--table exits: goes with --format csv", "analyze", Loop, "--table", "exits")]
    [InlineData("--table exits: goes with --to csv", "export", Loop, "--to", "speedscope", "--table", "exits")]
    [InlineData("--weight: goes with stacks", "export", Loop, "--to", "csv", "--weight", "time")]
    [InlineData("'--format'", "export", Loop, "--to", "csv", "--format", "csv")]
    [InlineData("--format xml", "list", "events", "--format", "xml")]
    [InlineData("--threads 0", "compare", "rate:2", "rate:1", "--threads", "0")]
    [InlineData("--input-format nosuch", "info", Loop, "--input-format", "nosuch")]
    [InlineData("--dmesg nothere: no such file", "info", Loop, "--dmesg", "nothere")]
    [InlineData("--guest-map nothere: no such file", "events", Loop, "--guest-map", "nothere")]
    [InlineData("--guest-map : no such file", "analyze", Loop, "--guest-map", "")]
    [InlineData("--work ,: expected numbers above 0", "compare", "rate:2", "rate:1", "--work", ",")]
    [InlineData("-C: goes with --around", "events", Loop, "-C", "3")]
    [InlineData("--weight: goes with --export", "compare", "rate:2", "rate:1", "--weight", "time")]
    [InlineData("a role word has 32 bits", "mmu", "decode", "--role", "0x100000000")]
    [InlineData("the name of the file is empty", "info", Loop, "-o", "")]
    [InlineData("'': is no file's name", "info", "")]
    [InlineData("'--nosuch'", "analyze", Loop, "--nosuch")]
    [InlineData("one FILE", "info", Loop, Loop)]
    public void Bad_options_are_refused_in_one_line(string says, params string[] arguments) =>
        Assert.Contains(says, Ktl.Run(arguments).Refused(), StringComparison.Ordinal);

    [Fact]
    public void Filters_narrow_what_is_counted()
    {
        int Events(params string[] more) => (int)JsonNode.Parse(Ktl.Run(["analyze", "samples/demand-faults.txt", "--format", "json", .. more]).Output)!["events"]!.AsArray().Sum(e => (int)e!["count"]!);
        var rows = Ktl.Run("events", "samples/demand-faults.txt", "--format", "csv").Output.TrimEnd().Split('\n').Skip(1).Select(l => l.Split(',')).ToList();
        Assert.Equal(rows.Count, Events());
        var tid = rows.GroupBy(r => r[2]).OrderByDescending(g => g.Count()).First();
        Assert.Equal(tid.Count(), Events("--tid", tid.Key));
        var middle = long.Parse(rows[400][0]);
        var seconds = $"{middle / 1_000_000_000}.{middle % 1_000_000_000:000000000}";
        Assert.Equal(rows.Count(r => long.Parse(r[0]) >= middle), Events("--from", seconds));
        Assert.Equal(rows.Count(r => long.Parse(r[0]) <= middle), Events("--to", seconds));
        Assert.Equal(0, Events("--vcpu", "77"));
        Assert.StartsWith("Of 800 events none passes", Ktl.Run("analyze", "samples/demand-faults.txt", "--vcpu", "77").Output, StringComparison.Ordinal);
    }

    /// <summary>An integer clock's times are given as the trace prints them, too.</summary>
    [Theory]
    [InlineData("2000,3000", "--from", "2000")]
    [InlineData("1000,2000", "--to", "2999")]
    [InlineData("2000", "--around", "1500", "-C", "0")]
    public void Times_of_an_integer_clock_are_ticks(string times, params string[] arguments)
    {
        var result = Ktl.RunWith(
            s => s.Write("q-1 [000] 1000: kvm_entry: vcpu 0 rip 0x1\nq-1 [000] 2000: kvm_exit: reason HLT rip 0x1 info 0 0\nq-1 [000] 3000: kvm_entry: vcpu 0 rip 0x1\n"u8),
            ["events", "-", "--format", "csv", .. arguments]);
        Assert.Equal(times, string.Join(',', result.Output.TrimEnd().Split('\n').Skip(1).Select(l => l.Split(',')[0])));
    }

    /// <summary>OFFSET of a trace.dat may put them before zero.</summary>
    [Fact]
    public void Times_before_zero_have_one_sign()
    {
        var builder = TraceDatFileTests.Sample(new TraceDatBuilder()).Option(7, "-1500000100");
        var line = Ktl.Run("events", NewFile("early.dat", builder.Build()), "--from", "-2", "--to", "-1.4").Output.Split('\n')[0];
        Assert.Contains(" -1.500000000: kvm_pio:", line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_the_command_line_as_a_shell_takes_it()
    {
        var trace = NewFile("my trace.txt", "q-7 [000] 1.000000: kvm_entry: vcpu 0\n");
        Assert.Contains($"<code>ktl report &#39;{trace}&#39; --format html</code>", Ktl.Run("report", trace, "--format", "html").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_without_their_fields_are_printed_on_demand()
    {
        var trace = NewFile("odd.txt", "q-7 [000] 1.000000: kvm_entry: vcpu 0\nq-7 [000] 2.000000: kvm_exit: nothing known 77\nq-7 [0] ???: kvm_exit: what\n");
        var rows = Ktl.Run("events", trace, "--not-understood", "--format", "csv").Output.TrimEnd().Split('\n');
        Assert.Equal("2000000000,0,7,q,kvm_exit,nothing known 77,,", Assert.Single(rows.Skip(1)));
        Assert.Equal(2, (int)JsonNode.Parse(Ktl.Run("info", trace, "--format", "json").Output)!["health"]!["notUnderstood"]!);
    }

    [Fact]
    public void Around_prints_the_event_and_its_neighbours()
    {
        var all = Ktl.Run("events", Loop, "--format", "csv").Output.TrimEnd().Split('\n');
        var around = Ktl.Run("events", Loop, "--around", "4327.3735", "-C", "4", "--format", "csv").Output.TrimEnd().Split('\n');
        var at = Array.FindIndex(all, 1, l => long.Parse(l.Split(',')[0]) >= 4_327_373_500_000);
        Assert.Equal([all[0], .. all[(at - 4)..(at + 5)]], around);
    }

    [Fact]
    public void Events_are_one_object_with_an_event_a_line()
    {
        var lines = Ktl.Run("events", "samples/lost-events.txt", "--format", "json").Output.TrimEnd('\n').Split('\n');
        var json = JsonNode.Parse(string.Join('\n', lines))!;
        Assert.Equal("ktl/events/1", (string)json["schema"]!);
        var events = json["events"]!.AsArray();
        Assert.Equal((int)json["health"]!["events"]!, events.Count);
        Assert.All(lines[1..(events.Count + 1)], l => Assert.NotNull(JsonNode.Parse(l.TrimEnd(','))!["event"]));
        var lost = events.SelectMany(e => e!["lostBefore"]?.AsArray() ?? []).ToList();
        Assert.Equal((int)json["health"]!["lostSpans"]!, lost.Count);
        Assert.Equal((long)json["health"]!["lostEvents"]!, lost.Sum(l => (long?)l ?? 0));
        Assert.Empty(JsonNode.Parse(Ktl.Run("events", Loop, "--event", "kvm_nothing", "--format", "json").Output)!["events"]!.AsArray());
        var kept = JsonNode.Parse(Ktl.Run("events", Loop, "--around", "4327.3735", "-C", "2", "--format", "json").Output)!["events"]!.AsArray();
        Assert.All(kept, e => Assert.NotEmpty(e!["fields"]!.AsObject()));
    }

    [Fact]
    public void Rows_of_the_event_csv_are_events_and_say_what_was_lost_before()
    {
        var rows = Ktl.Run("events", "samples/lost-events.txt", "--format", "csv").Output.TrimEnd('\n').Split('\n');
        Assert.Equal("time_ns,cpu,tid,comm,event,payload,buffer,lost_before", rows[0]);
        var health = JsonNode.Parse(Ktl.Run("analyze", "samples/lost-events.txt", "--format", "json").Output)!["health"]!;
        Assert.Equal((int)health["events"]!, rows.Length - 1);
        Assert.Equal((int)health["lostSpans"]!, rows.Skip(1).Count(r => !r.EndsWith(',')));
    }

    [Theory]
    [InlineData("no command 'analyse'; did you mean analyze? (see `ktl --help`)", "analyse", Loop)]
    [InlineData("name a command: analyze, info")]
    [InlineData("no command 'decde'; did you mean decode? (see `ktl mmu --help`)", "mmu", "decde")]
    [InlineData("name a command: decode, explain", "mmu")]
    [InlineData("FILE is missing: trace.dat or text", "analyze")]
    [InlineData("2 or more STAGE are needed, found 1 (see `ktl compare --help`)", "compare", "rate:1")]
    [InlineData("--threads x: expected a whole number (see `ktl info --help`)", "info", Loop, "--threads", "x")]
    [InlineData("--seed -1: expected a whole number", "compare", "rate:1", "rate:2", "--seed", "-1")]
    [InlineData("--weight time: samples/seed-mail.txt times no exit, since no entry follows one; take --weight count", "export", "samples/seed-mail.txt", "--to", "speedscope", "--weight", "time")]
    [InlineData("--mbec on: KVM has it since Linux 7.2, not in --kernel 6.1", "mmu", "explain", "--mbec", "on", "--kernel", "6.1")]
    [InlineData("no option '--formt'; did you mean --format? (see `ktl analyze --help`)", "analyze", Loop, "--formt", "json")]
    public void What_cannot_be_done_is_said_in_one_line(string says, params string[] arguments) =>
        Assert.Contains(says, Ktl.Run(arguments).Refused(), StringComparison.Ordinal);

    [Fact]
    public void A_guest_map_names_the_addresses_of_a_finding_and_of_where_runs_part()
    {
        var map = Path.Combine(_folder.FullName, "guest.csv");
        File.WriteAllText(map, "base,size,name\n0xfffff801b031bf00,0x100,HalpTimer\n0xfffff801afe0b000,0x1000,KiInit\n");
        Assert.Contains("0xfffff801b031bf35 (HalpTimer+0x35)", Ktl.Run("analyze", Loop, "--guest-map", map).Output.ReplaceLineEndings(" ").Replace("       ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        var parting = JsonNode.Parse(Ktl.Run("compare", Loop, "samples/demand-faults.txt", "--guest-map", map, "--format", "json").Output)!["differences"]!["parting"]!;
        Assert.Contains("(KiInit+0xc2)", parting.ToJsonString().Replace("\\u002B", "+", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_trace_does_not_time_is_unknown_and_not_zero()
    {
        var text = Ktl.Run("analyze", NewFile("untimed.txt", "kvm_entry: vcpu 0, rip 0x1\nkvm_exit: reason HLT rip 0x1 info 0 0\nkvm_entry: vcpu 0, rip 0x2\n")).Output;
        Assert.Contains("HLT", text, StringComparison.Ordinal);
        Assert.DoesNotContain("0.00us", text, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 CPUs", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Exits_nest_their_keys_and_list_the_slow_ones()
    {
        var json = JsonNode.Parse(Ktl.Run("exits", Loop, "--by", "reason,rip", "--than", "2500ns", "--format", "json").Output)!;
        Assert.Equal("ktl/exits/1", (string)json["schema"]!);
        Assert.Equal(2, (int)json["slowExitsTotal"]!);
        Assert.All(json["slowExits"]!.AsArray(), s => Assert.Equal("EXTERNAL_INTERRUPT", (string)s!["reason"]!));
    }

    [Fact]
    public void Output_files_appear_whole_or_not_at_all()
    {
        var target = Path.Combine(_folder.FullName, "report.json");
        Assert.Equal(0, Ktl.Run("analyze", Loop, "--format", "json", "-o", target).Code);
        var before = File.ReadAllText(target);
        Assert.Equal("ktl/analyze/1", (string)JsonNode.Parse(before)!["schema"]!);
        Assert.Equal(2, Ktl.Run("analyze", Path.Combine(_folder.FullName, "nothere"), "-o", target).Code);
        Assert.Equal(before, File.ReadAllText(target));
        Assert.Equal(["report.json"], Directory.GetFiles(_folder.FullName).Select(Path.GetFileName));
    }
}
