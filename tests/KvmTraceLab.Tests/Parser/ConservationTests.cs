using System.IO.Compression;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Tests.Cli;
using KvmTraceLab.Tests.Parser.Text;

namespace KvmTraceLab.Tests.Parser;

/// <summary>
/// On every trace of the repository, whatever its format: lines or records = events + continuations + comments + lost markers + not
/// understood; the report does not depend on threads or on how the bytes come in.
/// </summary>
public sealed class ConservationTests
{
    public static TheoryData<string> Traces()
    {
        var root = TextRows.Root();
        string[] folders = [Path.Combine(root, "samples"), TextRows.Fixture("")];
        return [.. folders.SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories))
            .Where(f => f.EndsWith(".dat", StringComparison.Ordinal) || f.EndsWith(".txt.zst", StringComparison.Ordinal) || (f.EndsWith(".txt", StringComparison.Ordinal) && IsTrace(f)))
            .Select(f => Path.GetRelativePath(root, f)).Order(StringComparer.Ordinal)];
    }

    private static bool IsTrace(string path)
    {
        try
        {
            using var trace = Trace.Open(path);
            return trace.Batches().Sum(b => (long)b.Count) > 0;
        }
        catch (TraceException)
        {
            return false;
        }
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void Every_line_and_record_is_accounted_for(string file)
    {
        using var trace = Trace.Open(Path.Combine(TextRows.Root(), file), new TraceOptions { Threads = 2 });
        long rows = 0;
        foreach (var batch in trace.Batches()) rows += batch.Count;
        var lines = trace.Lines;
        Assert.Equal(lines.Lines, lines.Events + lines.Continuations + lines.Comments + lines.LostMarkers + lines.NotUnderstood);
        Assert.Equal(rows, lines.Events + lines.LostMarkers);
        if (trace.Info.Version > 0) Assert.Equal((0, 0), (lines.Continuations, lines.Comments));
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void The_report_is_that_of_one_thread_of_a_pipe_and_of_gzip(string file)
    {
        var path = Path.Combine(TextRows.Root(), file);
        var alone = Report(TraceInput.Open(path), 1);
        foreach (var threads in (int[])[2, 7]) Assert.Equal(alone, Report(TraceInput.Open(path), threads));
        if (file.EndsWith(".zst", StringComparison.Ordinal)) return;

        // Bytes without a file behind them are what a pipe is; gzip and zstd come from files.
        var bytes = File.ReadAllBytes(path);
        Assert.Equal(alone, Report(TraceInput.FromBytes(bytes), 3));
        var folder = Directory.CreateTempSubdirectory("ktl-");
        try
        {
            var gzip = Path.Combine(folder.FullName, "trace.gz");
            using (var packed = new GZipStream(File.Create(gzip), CompressionLevel.Fastest)) packed.Write(bytes);
            Assert.Equal(alone, Report(TraceInput.Open(gzip), 2));
            if (!File.Exists("/usr/bin/zstd")) return;
            var plain = Path.Combine(folder.FullName, "trace");
            File.WriteAllBytes(plain, bytes);
            using (var zstd = System.Diagnostics.Process.Start("/usr/bin/zstd", ["-q", plain])) zstd.WaitForExit();
            Assert.Equal(alone, Report(TraceInput.Open(plain + ".zst"), 2));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Path, container and, for a packed trace.dat, its outer packing are what differs by design.</summary>
    private static string Report(TraceInput input, int threads)
    {
        using var trace = Trace.Open(input, new TraceOptions { Threads = threads });
        var document = Analyzed.Document(trace);
        var source = document["source"]!.AsObject();
        source.Remove("path");
        source.Remove("compression");
        return document.ToJsonString().Replace($"\"{input.Path}\"", "\"FILE\"", StringComparison.Ordinal);
    }
}
