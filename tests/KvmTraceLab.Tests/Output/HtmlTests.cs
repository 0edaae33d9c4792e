using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Charts;
using KvmTraceLab.Output.Html;

namespace KvmTraceLab.Tests.Output;

public sealed class HtmlTests
{
    [Fact]
    public void The_page_carries_all_and_loads_nothing()
    {
        var page = Page(WithCharts());
        foreach (var text in new[] { "Findings", "spins: 3 events", "Loop 1: 3 events", "1234567", "0.47us", "reason IO_INSTRUCTION rip", "… 1 more rows", "ktl report a.txt &lt;x&gt;", "KvmTraceLab 0.1.0" })
        {
            Assert.Contains(text, page, StringComparison.Ordinal);
        }

        Assert.Equal(3, Regex.Count(page, "<figure>"));
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?i)<(?:link|img|iframe|object|embed|base|form)\b|<[a-z][^>]*\s(?:src|srcdoc|style|on[a-z]+)=|@import|url\(['""]?http", page);
        Assert.DoesNotContain(page, c => char.IsControl(c) && c != '\n');
        Assert.Contains("default-src 'none'; style-src 'sha256-", page, StringComparison.Ordinal);
        var ids = Regex.Matches(page, " id=\"([^\"]*)\"").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public void The_page_is_drawn_as_kept() => GoldenFile.Check("output/report.html", Page(WithCharts()));

    [Fact]
    public void A_huge_report_stays_below_2_MB_and_says_what_is_left_out()
    {
        var report = new Report("analyze");
        for (var s = 0; s < 20; s++)
        {
            var table = new ReportTable(new("a", "A", ColumnKind.Text), new("b", "B", ColumnKind.Count));
            for (var r = 0; r < 3000; r++) table.Add(new string('漢', 300), (long)r);
            report.Sections.Add(new("t", "T") { Table = table, Verbatim = [.. Enumerable.Repeat(new string('<', 5000), 1000)] });
        }

        double[] xs = [.. Enumerable.Range(0, 2_000).Select(i => i / 1000.0)];
        for (var c = 0; c < 30; c++) report.Charts.Add(new("c", ChartKind.Line, "t", "x", "y") { Series = [new("s", xs, [.. xs.Select((_, i) => i % 97.0)]), new("u", xs, [.. xs.Select((_, i) => i % 89.0)]), new("v", xs, [.. xs.Select((_, i) => i % 83.0)])] });
        var page = Page(report);
        Assert.InRange(Encoding.UTF8.GetByteCount(page), 500_000, 2_000_000);
        Assert.Contains("more rows", page, StringComparison.Ordinal);
        Assert.Contains("would make this page too large", page, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
    }

    [ChromiumFact]
    public void Chromium_opens_it_without_a_word_and_sorts_its_tables()
    {
        var folder = Directory.CreateTempSubdirectory("ktl-html");
        try
        {
            var file = Path.Combine(folder.FullName, "report.html");
            // The script is under test, so a second one, allowed by its own hash, clicks and tells; policy errors go to the log.
            const string Probe = "document.querySelectorAll('th button')[1].click();document.title='sorted '+[...document.querySelectorAll('tbody')[0].rows].map(r=>r.cells[1].textContent).join(' ')+' dark '+getComputedStyle(document.body).fontSize;";
            var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Probe)));
            var page = Page(WithCharts()).Replace("script-src ", $"script-src 'sha256-{hash}' ", StringComparison.Ordinal)
                .Replace("</body>", $"<script>{Probe}</script></body>", StringComparison.Ordinal);
            File.WriteAllText(file, page);
            var (dom, log) = ChromiumFactAttribute.Run(folder.FullName, "--dump-dom", new Uri(file).AbsoluteUri);
            Assert.Contains("<title>sorted 1234567 4 1 dark 15px</title>", dom, StringComparison.Ordinal);
            Assert.DoesNotMatch("CONSOLE|Content Security Policy|Refused", log);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static Report WithCharts()
    {
        var report = SampleReport.Create();
        report.Charts.AddRange([SampleCharts.Line, SampleCharts.Heatmap, SampleCharts.Hostile]);
        return report;
    }

    internal static string Page(Report report)
    {
        using var stream = new MemoryStream();
        new HtmlOutput(new RadzenChartRenderer()).Write(report, stream, new() { CommandLine = "ktl report a.txt <x>", Version = "0.1.0", Title = "a.txt " + SampleReport.Evil });
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}

/// <summary>A test that needs the browser Chromium; skipped, visibly, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        if (Program is null) Skip = "chromium is not installed (Debian: apt-get install chromium)";
    }

    internal static bool IsInstalled => Program is not null;

    private static string? Program =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);

    /// <summary>Standard output and the browser's log.</summary>
    internal static (string Output, string Log) Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program!, [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--enable-logging=stderr", $"--user-data-dir={folder}/profile", .. arguments])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var log = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(60_000)) process.Kill(entireProcessTree: true);
        return (output.Result, log.Result);
    }
}
