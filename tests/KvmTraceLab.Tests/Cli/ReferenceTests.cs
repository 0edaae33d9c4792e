using System.Diagnostics;
using KvmTraceLab.Cli;

namespace KvmTraceLab.Tests.Cli;

/// <summary>docs/reference.md and the manual page say what the program does; <c>KTL_UPDATE_GOLDEN=1</c> rewrites it.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void The_reference_is_that_of_this_build()
    {
        GoldenFile.CheckPath("docs/reference.md", ReferencePage.Of(Root.Create()));
        GoldenFile.CheckPath("docs/ktl.1", ManPage.Of(Root.Create()));
    }

    /// <summary>Where groff is not installed there is nothing to test; .ci/run installs it.</summary>
    [Fact]
    public async Task The_manual_page_is_set_without_a_warning()
    {
        if (!File.Exists("/usr/bin/groff")) return;
        var start = new ProcessStartInfo("/usr/bin/groff", ["-man", "-Tutf8", "-ww", "-rLL=80n", Path.Combine(Analyzed.Root, "docs", "ktl.1")]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var warnings = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, await warnings));
        Assert.Contains("ktl analyze", text, StringComparison.Ordinal);
    }
}
