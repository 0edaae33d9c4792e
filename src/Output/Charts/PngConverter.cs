using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output.Charts;

/// <summary>SVG to PNG by the program rsvg-convert, where it is installed; nothing is sent anywhere.</summary>
public static class PngConverter
{
    /// <exception cref="OutputException">rsvg-convert is missing or failed.</exception>
    public static byte[] Convert(string svg, string program = "rsvg-convert")
    {
        var start = new ProcessStartInfo(program, ["--unlimited", "--format", "png"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start) ?? throw new OutputException($"cannot start {program}");
            using var png = new MemoryStream();
            // All three pipes at once, or one that is full would stop the others.
            var output = process.StandardOutput.BaseStream.CopyToAsync(png);
            var errors = process.StandardError.ReadToEndAsync();
            try
            {
                using var input = process.StandardInput.BaseStream;
                input.Write(Encoding.UTF8.GetBytes(svg));
            }
            catch (IOException)
            {
                // It ended early; its own words, below, say why.
            }

            Task.WaitAll(output, errors);
            process.WaitForExit();
            return process.ExitCode == 0 && png.Length > 0
                ? png.ToArray()
                : throw new OutputException($"{program} could not convert the chart: {SafeText.Clean(errors.Result.Trim())}");
        }
        catch (Win32Exception e)
        {
            throw new OutputException(
                $"PNG needs {program}: install the package librsvg2-bin (Debian, Ubuntu) or librsvg2-tools (Fedora), or write an .svg", e);
        }
    }
}
