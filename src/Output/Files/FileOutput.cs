using KvmTraceLab.Output.Text;
using Microsoft.Win32.SafeHandles;

namespace KvmTraceLab.Output.Files;

/// <summary>
/// Writes results where <c>-o</c> says. A file appears whole or not at all: it is written to a temporary beside it, which then takes
/// its name. Devices, pipes and standard output are written directly.
/// </summary>
public static class FileOutput
{
    private const int BrokenPipe = 32; // EPIPE; .NET hands the errno on as HResult
    private const int StandardOutput = 1;

    /// <param name="path">Target; null or <c>-</c> for standard output.</param>
    /// <param name="write">Writes everything to the stream it is given.</param>
    /// <exception cref="OutputException">It cannot be written (no such folder, no right, disk full).</exception>
    public static void Write(string? path, Action<Stream> write)
    {
        if (path is "") throw new OutputException("cannot write: the name of the file is empty; leave -o out for standard output");
        try
        {
            if (OpenStandard(path) is { } standard)
            {
                using (standard) WriteDirectly(standard, write);
                return;
            }

            if (OpenDirect(path!) is { } direct)
            {
                using (direct) WriteDirectly(direct, write);
                return;
            }

            // The file a link points to is replaced, not the link.
            var target = (File.Exists(path) ? new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path!);
            WriteThenRename(target, write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new OutputException($"cannot write {SafeText.Clean(path ?? "standard output")}: {Reason(e, path ?? "-")}", e);
        }
    }

    /// <summary>The reader went away (<c>| head</c>): nothing went wrong.</summary>
    public static bool IsBrokenPipe(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is IOException { HResult: BrokenPipe }) return true;
        }

        return false;
    }

    private static void WriteDirectly(Stream stream, Action<Stream> write)
    {
        try
        {
            // Not disposed where writing fails: half a result is none.
            var buffered = new BufferedStream(stream, 65536);
            write(buffered);
            buffered.Flush();
        }
        catch (IOException e) when (IsBrokenPipe(e))
        {
            // Not an error, see IsBrokenPipe.
        }
    }

    /// <summary>
    /// Standard output and error by any of their names. They are not opened again by path: that would start at the beginning of a file
    /// that <c>&gt;&gt;</c> appends to.
    /// </summary>
    private static Stream? OpenStandard(string? path) => path switch
    {
        null or "-" or "/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1" => OpenStandardOutput(),
        "/dev/stderr" or "/dev/fd/2" or "/proc/self/fd/2" => Console.OpenStandardError(),
        _ => null,
    };

    /// <summary>A pipe's own end, since the console's stream takes no notice of a reader that went away and would be written to nobody.</summary>
    private static Stream OpenStandardOutput()
    {
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            var pipe = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!pipe.CanSeek) return pipe;
        }

        return Console.OpenStandardOutput();
    }

    /// <summary>The target opened as it is if it is no regular file, else null.</summary>
    private static FileStream? OpenDirect(string path)
    {
        if (Directory.Exists(path)) throw new IOException("it is a directory");
        var full = Path.GetFullPath(path);
        var isDevice = full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal);
        if (!File.Exists(path)) return null;
        // Opening for writing changes no file; one that may not be written is not to be replaced either.
        var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        if (!stream.CanSeek || (isDevice && !full.StartsWith("/dev/shm/", StringComparison.Ordinal))) return stream;
        stream.Dispose();
        return null;
    }

    private static void WriteThenRename(string target, Action<Stream> write)
    {
        var temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        EventHandler atExit = (_, _) => TryDelete(temporary); // SIGTERM, and an end that waits for nobody
        AppDomain.CurrentDomain.ProcessExit += atExit;
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 65536))
            {
                write(stream);
                stream.Flush(flushToDisk: false);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(target)) File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= atExit;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What went wrong before is what counts.
        }
    }

    private static string Reason(Exception exception, string path) => exception switch
    {
        DirectoryNotFoundException => "there is no such folder",
        FileNotFoundException => "no file can be made there",
        PathTooLongException => "the name is too long",
        UnauthorizedAccessException => "no permission",
        _ => SafeText.Clean(exception.Message.Replace(Path.GetFullPath(path), "", StringComparison.Ordinal).TrimEnd('\'', ' ', ':', '.')),
    };
}
