using FsCheck;
using FsCheck.Fluent;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Tests.Output;

public sealed class WidthProperties
{
    private static readonly Gen<string> Words = Gen.Frequency(
        (3, ArbMap.Default.GeneratorFor<string>().Select(s => s ?? "")),
        (2, Gen.Elements("漢字", "e\u0301\u0301", "\u001b[2J", "\r\n", "\u202e", "\ud800", "😀", "|", "```", "# x", "-", "0x7ffff", " ", "\t")
            .ListOf(9).Select(parts => string.Concat(parts))),
        (1, Gen.Choose(0, 400).Select(n => new string('w', n))));

    private static readonly Gen<Report> Reports =
        from words in Words.ListOf(12)
        from numbers in ArbMap.Default.GeneratorFor<long>().ListOf(12)
        from doubles in ArbMap.Default.GeneratorFor<double>().ListOf(12)
        from columns in Gen.Choose(1, 14)
        from optional in Gen.Choose(0, 14)
        select Make([.. words], [.. numbers], [.. doubles], columns, optional);

    [Fact]
    public void No_line_of_text_is_wider_than_100_columns_and_none_carries_control_characters() => Check("text", 100);

    [Fact]
    public void No_line_of_markdown_is_wider_than_72_columns_and_none_carries_control_characters() => Check("md", 72);

    [Fact]
    public void Wrapping_loses_nothing_but_spaces() => Prop.ForAll(Arb.From(Words), Arb.From(Gen.Choose(2, 40)), (text, width) =>
    {
        var clean = SafeText.Clean(text);
        var lines = TextWidth.Wrap(clean, width, width);
        return lines.All(line => TextWidth.Of(line) <= width) && string.Concat(lines).Replace(" ", "") == clean.Replace(" ", "");
    }).QuickCheckThrowOnFailure();

    /// <summary>So that it can be pasted; one that fits no line is broken like any text.</summary>
    [Theory]
    [InlineData("look: `ktl exits a.dat --by rip`, then on", 30, "look:|`ktl exits a.dat --by rip`,|then on")]
    [InlineData("look: `ktl exits a.dat --by rip`, then on", 20, "look: `ktl exits|a.dat --by rip`,|then on")]
    [InlineData("one ` alone is no command at all", 12, "one ` alone|is no|command at|all")]
    public void A_command_is_not_wrapped(string text, int width, string lines) => Assert.Equal(lines.Split('|'), TextWidth.Wrap(text, width));

    [Fact]
    public void A_long_cell_goes_on_in_the_next_lines_beside_its_column()
    {
        var table = new ReportTable(new("a", "A", ColumnKind.Text), new("n", "N", ColumnKind.Count), new("b", "B", ColumnKind.Text));
        var words = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"word{i}"));
        table.Add("first", 7L, words);
        table.Add("second", 8L, string.Join(' ', Enumerable.Repeat(words, 9)));
        var report = new Report("x");
        report.Sections.Add(new ReportSection("t", "T") { Table = table });
        var lines = ReportOutputs.Render("text", report).TrimEnd('\n').Split('\n');
        var second = Array.FindIndex(lines, l => l.Contains("second", StringComparison.Ordinal));
        var column = lines[1].IndexOf('B', StringComparison.Ordinal);
        Assert.Equal(words, string.Join(' ', lines[2..second].Select(l => l[column..])));
        Assert.All(lines[3..second], l => Assert.True(string.IsNullOrWhiteSpace(l[..column])));
        Assert.Equal(12, lines.Length - second);
        Assert.EndsWith("…", lines[^1], StringComparison.Ordinal);
    }

    /// <summary>A payload may be as long as a line of text: a million characters.</summary>
    [Fact]
    public void Wrapping_takes_as_long_as_the_text_is()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(50_000, TextWidth.Wrap(string.Concat(Enumerable.Repeat("a word of twenty let ", 50_000)), 20, 20).Count);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
    }

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("漢字", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("😀", 2)]
    [InlineData("ﾊﾝ", 2)]
    [InlineData("Ａ", 2)]
    public void Width_is_what_a_terminal_shows(string text, int width) => Assert.Equal(width, TextWidth.Of(text));

    private static void Check(string format, int width) => Prop.ForAll(Arb.From(Reports), report =>
    {
        foreach (var line in ReportOutputs.Render(format, report).Split('\n'))
        {
            Assert.True(TextWidth.Of(line) <= width, $"{TextWidth.Of(line)} columns: {line}");
            Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u202e' or '\ufffd');
        }
    }).QuickCheckThrowOnFailure();

    private static Report Make(string[] words, long[] numbers, double[] doubles, int columns, int optional)
    {
        var kinds = Enum.GetValues<ColumnKind>();
        var table = new ReportTable([.. Enumerable.Range(0, columns).Select(i =>
            new Column($"c{i}", words[i % words.Length], kinds[(i + optional) % kinds.Length], i >= optional))]) { Footer = words[0], ShowAtMost = 2 };
        for (var r = 0; r < 3; r++)
        {
            table.Add([.. table.Columns.Select(object? (c, i) => c.Kind switch
            {
                ColumnKind.Text => words[(r + i) % words.Length],
                ColumnKind.Hex => unchecked((ulong)numbers[i % 12]),
                ColumnKind.Share or ColumnKind.Rate or ColumnKind.Number => doubles[i % 12],
                _ => numbers[(r + i) % 12],
            })]);
        }

        var report = new Report(words[1]);
        report.Headlines.Add(new(HeadlineKind.Bug, words[2], [words[3]], words[4]));
        var section = new ReportSection("a", words[5]) { Paragraphs = [words[6]], Table = table, Verbatim = [words[7], words[8]] };
        for (var depth = 0; depth < 12; depth++) section = new("b", words[9]) { Paragraphs = [words[10]], Children = [section] };
        report.Sections.Add(section);
        return report;
    }
}
