using System.Text;
using System.Text.RegularExpressions;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>What mail, chat, terminals and people do to the text of a trace: the events found are those of the clean text.</summary>
public sealed class PastedTextTests
{
    private static readonly string[] Files = [.. Directory.GetFiles(TextRows.Fixture("wild"), "*.txt").Order(StringComparer.Ordinal)];

    private static readonly Dictionary<string, Func<string, byte[]>> Dresses = new(StringComparer.Ordinal)
    {
        ["> "] = Before("> "),
        [">> "] = Before(">> "),
        ["four blanks"] = Before("    "),
        ["carriage returns"] = t => Bytes(t.Replace("\n", "\r\n", StringComparison.Ordinal)),
        ["trailing blanks"] = t => Bytes(Each(t, l => l + "   ")),
        ["no-break spaces"] = t => Bytes(t.Replace("  ", " \u00a0", StringComparison.Ordinal)),
        ["collapsed blanks"] = t => Bytes(Each(t, l => Regex.Replace(l, " +", " ", RegexOptions.None, TimeSpan.FromSeconds(5)))),
        ["entities"] = t => Bytes("&amp;\n\n" + t.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)),
        ["&nbsp;"] = t => Bytes("&nbsp;\n" + t.Replace("  ", "&nbsp; ", StringComparison.Ordinal)),
        ["colours of grep"] = t => Bytes(Regex.Replace(t, "kvm_[a-z_]+", "\u001b[01;31m\u001b[K$0\u001b[m\u001b[K", RegexOptions.None, TimeSpan.FromSeconds(5)) + "\u001b[m\n"),
        ["coloured lines"] = t => Bytes(Each(t, l => "\u001b[32m" + l + "\u001b[0m")),
        ["window title"] = t => Bytes("\u001b]0;root@host: ~\u0007" + t),
        ["fence"] = t => Bytes("```\n" + t + "\n```\n"),
        ["UTF-8 mark"] = t => [0xef, 0xbb, 0xbf, .. Bytes(t)],
        ["UTF-16 little endian"] = t => [0xff, 0xfe, .. Encoding.Unicode.GetBytes(t)],
        ["UTF-16 big endian"] = t => [0xfe, 0xff, .. Encoding.BigEndianUnicode.GetBytes(t)],
        ["quoted-printable mail"] = t => Bytes("Content-Transfer-Encoding: quoted-printable\n\n" + QuotedPrintable(t)),
    };

    /// <summary>Marks before (and behind) each line; a perf table (025) is no list of lines.</summary>
    private static readonly Dictionary<string, Func<string, byte[]>> Marks = new(StringComparer.Ordinal)
    {
        ["bar"] = Before("| "),
        ["table"] = t => Bytes(Each(t, l => l.Trim().Length == 0 ? l : "| " + l + " |")),
        ["back-ticks"] = t => Bytes(Each(t, l => l.Trim().Length == 0 ? l : "`" + l + "`")),
        ["list"] = Before("- "),
        ["C comment"] = Before(" * "),
        ["C++ comment"] = Before("// "),
        ["diff"] = Before("+"),
        ["pane"] = t => Bytes(Each(t, l => l.PadRight(120) + "\u2502")),
    };

    /// <summary>What loggers, listings, programs and searches make of each line; a line alone, or a tab in one (021), is not always told.</summary>
    private static readonly Dictionary<string, (Func<string, byte[]> Dress, string[] But)> Lines = new(StringComparer.Ordinal)
    {
        ["container log"] = (Numbered((_, l) => $$"""{"log":{{Json(l + "\n")}},"stream":"stdout","time":"2026-11-21T15:00:01.123456789Z"}"""), []),
        ["journal"] = (Numbered((i, l) => $$"""{"__CURSOR":"s=1;i={{i}}","_PID":"1234","MESSAGE":{{Json(l)}},"_COMM":"cat"}"""), []),
        ["program's log"] = (Numbered((_, l) => $$"""{"level":"info","ts":1763737201.12,"msg":{{Json(l)}}}"""), []),
        ["strings of a program"] = (Numbered((_, l) => "\t\t\"" + l.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal) + "\\n\" +"), []),
        ["list of strings"] = (Numbered((_, l) => "  '" + l + "',"), []),
        ["cat -A"] = (Numbered((_, l) => l.Replace("\t", "^I", StringComparison.Ordinal) + "$"), []),
        ["grep -n"] = (Numbered((i, l) => $"{i}:{l}"), []),
        ["grep -n with context"] = (Numbered((i, l) => i % 3 == 1 ? $"{i}:{l}" : $"{i}-{l}"), []),
        ["grep -rn"] = (Numbered((i, l) => $"./logs/vm-1/trace.txt:{i}:{l}"), []),
        ["grep -rn with context"] = (Numbered((i, l) => i % 3 == 1 ? $"trace.txt:{i}:{l}" : $"trace.txt-{i}-{l}"), ["037"]),
        ["grep -H"] = (Before("/sys/kernel/tracing/trace:"), []),
        ["less -N"] = (Numbered((i, l) => $"{i,7} {l}"), ["045"]),
        ["# "] = (Before("# "), []),
        ["#"] = (Before("#"), ["045"]),
        ["; "] = (Before("; "), ["045"]),
        ["% "] = (Before("% "), ["045"]),
        ["name> "] = (Before("JD> "), []),
        ["code of a tracker"] = (t => Bytes("{noformat}\n" + t.TrimEnd('\n') + "\n{noformat}\n"), []),
        ["numbered table of a page"] = (
            t => Bytes("<html><table>\n" + Each(t.TrimEnd('\n').Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal), l => $"<tr><td>@</td><td>{l}</td></tr>").Split('@').Select((s, i) => i == 0 ? s : $"{i}{s}").Aggregate((a, b) => a + b) + "</table></html>\n"),
            ["021", "025", "045"]),
    };

    public static TheoryData<string> LineNames => [.. Lines.Keys];

    public static TheoryData<string> DressNames => [.. Dresses.Keys];

    public static TheoryData<string> MarkNames => [.. Marks.Keys];

    [Theory]
    [MemberData(nameof(DressNames))]
    public void A_dressed_text_has_the_events_of_the_clean_one(string dress)
    {
        foreach (var file in Files) Check(dress, file, Dresses[dress]);
    }

    [Theory]
    [MemberData(nameof(MarkNames))]
    public void A_marked_text_has_the_events_of_the_clean_one(string mark)
    {
        foreach (var file in Files.Where(f => !Path.GetFileName(f).StartsWith("025", StringComparison.Ordinal))) Check(mark, file, Marks[mark]);
    }

    [Theory]
    [MemberData(nameof(LineNames))]
    public void Dressed_lines_have_the_events_of_the_clean_ones(string name)
    {
        var (dress, but) = Lines[name];
        foreach (var file in Files.Where(f => !but.Contains(Path.GetFileName(f)[..3]))) Check(name, file, dress);
    }

    /// <summary>ISO 8859-1 has the no-break space as one byte.</summary>
    [Fact]
    public void A_no_break_space_of_one_byte_is_a_blank()
    {
        foreach (var file in Files) Check("0xa0", file, t => Encoding.Latin1.GetBytes(t.Replace("  ", " \u00a0", StringComparison.Ordinal)));
    }

    /// <summary>What may pass for a margin of grep, and is a task's name.</summary>
    [Fact]
    public void A_name_with_a_number_is_no_margin()
    {
        const string Text = "vcpu-0-88776 [001] 6076.581774: kvm_entry: vcpu 0\nvcpu-1-88777 [002] 6076.581775: kvm_entry: vcpu 1\nvcpu-0-88776 [001] 6076.581776: kvm_entry: vcpu 0\n";
        Assert.Equal(["6076581774000 [1] vcpu-0 tid 88776 kvm_entry: vcpu_id=0x0", "6076581775000 [2] vcpu-1 tid 88777 kvm_entry: vcpu_id=0x1", "6076581776000 [1] vcpu-0 tid 88776 kvm_entry: vcpu_id=0x0"], TextRows.Of(Text).Rows);
    }

    /// <summary>Prefixes of logs and tools, on traces whose lines have a task.</summary>
    [Theory]
    [InlineData("Nov 21 15:00:01 host1 trace[1234]: ")]
    [InlineData("2026-11-21T15:00:01.123456789Z ")]
    [InlineData("2026-11-21T15:00:01.123456789Z stdout F ")]
    [InlineData("app_1  | ")]
    [InlineData("[   12.345678] ")]
    [InlineData("trace.txt:17:")]
    [InlineData("17:")]
    [InlineData("    17\t")]
    [InlineData("    17  ")]
    [InlineData("17. ")]
    public void A_prefixed_line_is_the_line(string prefix)
    {
        foreach (var name in (string[])["000", "001", "003", "007", "010", "013", "029", "038", "039", "049", "051", "101"])
            Check(prefix, Files.Single(f => Path.GetFileName(f).StartsWith(name, StringComparison.Ordinal)), Before(prefix));
    }

    [Theory]
    [InlineData("17:kvm_exit: reason HLT rip 0x1000 info 0 0")]
    [InlineData("17: kvm_exit: reason HLT rip 0x1000 info 0 0")]
    [InlineData("trace.txt:17:kvm_exit: reason HLT rip 0x1000 info 0 0")]
    [InlineData("     3\tkvm_exit: reason HLT rip 0x1000 info 0 0")]
    [InlineData("Nov 21 15:00:01 host1 trace[1234]: kvm_exit: reason HLT rip 0x1000 info 0 0")]
    [InlineData("2026-11-21T15:00:01.123456789Z kvm_exit: reason HLT rip 0x1000 info 0 0")]
    [InlineData(" *   kvm_exit: reason HLT rip 0x1000 info 0 0")]
    [InlineData("# kvm_exit: reason HLT rip 0x1000 info 0 0")]
    [InlineData("`kvm_exit: reason HLT rip 0x1000 info 0 0`")]
    public void A_bare_event_behind_a_prefix(string line) =>
        Assert.Equal(TextRows.Of("kvm_exit: reason HLT rip 0x1000 info 0 0\n").Rows, TextRows.Of(line + "\n").Rows);

    /// <summary>Sentences that mention an event are none, and a module's messages are none.</summary>
    [Theory]
    [InlineData("as you see, kvm_exit: reason HLT is the last one")]
    [InlineData("[  673.850218] kvm_intel: VMCS 00000000f971be22, last attempted VM-entry on CPU 3")]
    [InlineData("kvm_amd: TSC scaling supported")]
    public void Prose_is_no_event(string line) => Assert.Empty(TextRows.Of(line + "\n").Rows);

    [Fact]
    public void A_soft_break_of_a_mail_is_no_blank()
    {
        const string Text =
            "  dirty_log_test-29003 [001] 184503.384329: kvm_exit:             reason EP=\nT_VIOLATION rip 0x40359f info 582 0\n"
            + "  dirty_log_test-29003 [001] 184503.384329: kvm_page_fault:       address 7=\nfc036d000 error_code 582\n";
        const string Clean =
            "  dirty_log_test-29003 [001] 184503.384329: kvm_exit:             reason EPT_VIOLATION rip 0x40359f info 582 0\n"
            + "  dirty_log_test-29003 [001] 184503.384329: kvm_page_fault:       address 7fc036d000 error_code 582\n";
        Assert.Equal(TextRows.Of(Clean).Rows, TextRows.Of(Text).Rows);
    }

    [Fact]
    public void An_equals_sign_where_a_line_was_wrapped_is_one()
    {
        const string Text = "           <...>-43752 [001]  3615.602299: kvm_msr:              msr_read ce =\n 0x0 (#GP)\n";
        Assert.Equal(TextRows.Of(Text.Replace("\n ", " ", StringComparison.Ordinal)).Rows, TextRows.Of(Text).Rows);
    }

    [Fact]
    public void A_terminal_cuts_in_the_middle_of_a_number()
    {
        const string Clean = "       CPU 0/KVM-16105   [001] .....  4327.373471: kvm_exit:             reason IO_INSTRUCTION rip 0xfffff801b031bf35 info 608000b 0\n";
        for (var width = 82; width < Clean.Length - 1; width++)
        {
            var cut = Clean.Insert(width, "\n");
            Assert.Equal(TextRows.Of(Clean).Rows, TextRows.Of(cut).Rows);
        }
    }

    [Fact]
    public void A_payload_may_begin_with_a_hash()
    {
        const string Text = "  repro-1289    [019] .....   140.314688: kvm_inj_exception:\n#DB\n";
        Assert.Equal(TextRows.Of("  repro-1289    [019] .....   140.314688: kvm_inj_exception: #DB\n").Rows, TextRows.Of(Text).Rows);
    }

    [Fact]
    public void Any_event_may_stand_on_the_next_line()
    {
        var rows = TextRows.Of("qemu-system-x86-5659  [007] ....   280.971116:\n tracing_mark_write: pckbd_kbd_update_irq kbd=0 aux=1\n");
        Assert.Equal(["tracing_mark_write"], rows.Names);
        Assert.Equal(0, rows.Lines.NotUnderstood);
        Assert.Contains("5659", Assert.Single(rows.Rows), StringComparison.Ordinal);
    }

    [Fact]
    public void A_web_page_has_the_events_of_its_text()
    {
        const string Page = "<html><body><pre class=\"x\">\n<b>&lt;...&gt;-43752 [001]  3615.602302: kvm_exit: reason EXIT_EXCP_GP rip 0x4015c2 info 6a 0</b>\n"
            + "&lt;idle&gt;-0 [001] 3615.602303: kvm_entry: vcpu 0<br>&lt;...&gt;-43752 [001] 3615.602310: kvm_entry: vcpu&#160;0\n</pre></body></html>\n";
        const string Clean = "\n<...>-43752 [001]  3615.602302: kvm_exit: reason EXIT_EXCP_GP rip 0x4015c2 info 6a 0\n<idle>-0 [001] 3615.602303: kvm_entry: vcpu 0\n"
            + "<...>-43752 [001] 3615.602310: kvm_entry: vcpu 0\n";
        Assert.Equal(TextRows.Of(Clean).Rows, TextRows.Of(Page).Rows);
    }

    /// <summary>Read a byte at a time and in one go, an input is the same.</summary>
    [Fact]
    public void Where_the_input_is_cut_does_not_matter()
    {
        var text = string.Concat(Enumerable.Range(0, 9000).Select(i => $"\u001b[32m> CPU 0/KVM-16105 [001] {i}.373471: kvm_entry: vcpu 0\u001b[0m\n"));
        var rows = TextRows.Of(text);
        Assert.Equal(9000, rows.Rows.Count);
        Assert.All(rows.Names, n => Assert.Equal("kvm_entry", n));
    }

    private static void Check(string what, string file, Func<string, byte[]> dress)
    {
        var text = File.ReadAllText(file);
        var clean = TextRows.Of(Bytes(text));
        var dressed = TextRows.Of(dress(text));
        Assert.True(clean.Rows.Select(Blanks).SequenceEqual(dressed.Rows.Select(Blanks)), $"{what}: {Path.GetFileName(file)}\n{Difference(clean.Rows, dressed.Rows)}");
        dressed.CheckConservation();
    }

    private static string Difference(List<string> clean, List<string> dressed)
    {
        var at = clean.Zip(dressed).TakeWhile(p => Blanks(p.First) == Blanks(p.Second)).Count();
        return $"{clean.ElementAtOrDefault(at)}\n{dressed.ElementAtOrDefault(at)}";
    }

    private static string Blanks(string row) => Regex.Replace(row, @"\s+", " ", RegexOptions.None, TimeSpan.FromSeconds(5)).Trim();

    private static Func<string, byte[]> Before(string prefix) => t => Bytes(Each(t.TrimEnd('\n'), l => prefix + l) + "\n");

    private static string Each(string text, Func<string, string> line) => string.Join('\n', text.Split('\n').Select(line));

    private static Func<string, byte[]> Numbered(Func<int, string, string> line) => t => Bytes(string.Join('\n', t.TrimEnd('\n').Split('\n').Select((l, i) => line(i + 1, l))) + "\n");

    private static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string QuotedPrintable(string text)
    {
        var to = new StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            var column = 0;
            foreach (var b in Encoding.UTF8.GetBytes(line))
            {
                var piece = b is >= 0x20 and < 0x7f and not (byte)'=' ? ((char)b).ToString() : $"={b:X2}";
                if (column + piece.Length > 75)
                {
                    to.Append("=\n");
                    column = 0;
                }

                to.Append(piece);
                column += piece.Length;
            }

            to.Append('\n');
        }

        return to.ToString();
    }
}
