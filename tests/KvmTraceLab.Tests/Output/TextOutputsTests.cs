using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output;

namespace KvmTraceLab.Tests.Output;

public sealed class TextOutputsTests
{
    [Theory]
    [InlineData("text")]
    [InlineData("md")]
    [InlineData("csv")]
    [InlineData("json")]
    public void The_sample_report_is_drawn_as_kept(string format) =>
        GoldenFile.Check("output/sample." + format, ReportOutputs.Render(format, SampleReport.Create()));

    /// <summary>Markdown knows no heading of two lines, and nothing of it may be lost.</summary>
    [Theory]
    [InlineData("L35 Control-register and task-switch exits dominate (confidence medium)", "## L35 Control-register and task-switch exits dominate\n\n(confidence medium)\n")]
    [InlineData("The same fault again and again, though KVM maps the page each time it is asked", "## The same fault again and again, though KVM maps the page each time it\n\nis asked\n")]
    [InlineData("Exits by reason (all)", "## Exits by reason (all)\n")]
    public void A_long_heading_of_markdown_goes_on_below(string title, string drawn)
    {
        var report = new Report("analyze");
        report.Sections.Add(new("s", title));
        Assert.Equal(drawn, ReportOutputs.Render("md", report));
    }

    [Fact]
    public void Json_reads_back_as_the_document()
    {
        var report = SampleReport.Create();
        var text = ReportOutputs.Render("json", report);
        Assert.True(JsonNode.DeepEquals(report.Document, JsonNode.Parse(text)));
        Assert.Contains("a<b>&+'.txt", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_picks_a_table_by_its_section()
    {
        var text = ReportOutputs.Render("csv", SampleReport.Create(), new() { Table = "loop-1" });
        Assert.Equal(
            "time,port,comm,spread,ticks\n"
            + "123456,0x608,\"CPU \\x1b[31m0\\x07/KVM <script>alert('x')</script> & \"\"q\"\" |`*_\",1.5,470\n", text);
    }

    [Fact]
    public void A_table_that_is_not_there_is_an_error_that_names_those_that_are()
    {
        var error = Assert.Throws<OutputException>(() => ReportOutputs.Render("csv", SampleReport.Create(), new() { Table = "nope" }));
        Assert.Equal("no table 'nope'; there are exits, loop-1, faults", error.Message);
        Assert.Throws<OutputException>(() => ReportOutputs.Render("csv", new Report("mmu")));
        Assert.Throws<OutputException>(() => ReportOutputs.Get("yaml"));
    }

    [Fact]
    public void Colour_stands_on_marks_only_and_only_when_asked_for()
    {
        var plain = ReportOutputs.Render("text", SampleReport.Create());
        var coloured = ReportOutputs.Render("text", SampleReport.Create(), new() { Color = true });
        Assert.DoesNotContain('\u001b', plain);
        Assert.StartsWith("\u001b[31mTROUBLE\u001b[0m: vCPU 0", coloured, StringComparison.Ordinal);
        Assert.Equal(plain, coloured.Replace("\u001b[31m", "").Replace("\u001b[35m", "").Replace("\u001b[0m", ""));
    }
}
