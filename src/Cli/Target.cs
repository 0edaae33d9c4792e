using KvmTraceLab.Output;

namespace KvmTraceLab.Cli;

/// <summary>
/// Where a result goes: standard output, or a file written to a temporary beside it and renamed when whole, so that an
/// interrupted run leaves no half file.
/// </summary>
internal static class Target
{
    /// <summary>Runs <paramref name="write"/> on the target.</summary>
    public static void Write(string? file, Action<Stream> write)
    {
        if (file is null or "-")
        {
            using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
            write(output);
            output.Flush();
            return;
        }

        if (!IsPlain(file))
        {
            using var device = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            write(device);
            return;
        }

        var temporary = $"{file}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
                write(stream);
            File.Move(temporary, file, overwrite: true);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new OutputException($"{file}: cannot be written: its directory does not exist; make it first", e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Devices and pipes are written as they are.</summary>
    private static bool IsPlain(string file) =>
        !file.StartsWith("/dev/", StringComparison.Ordinal) && (!File.Exists(file) || new FileInfo(file).Attributes.HasFlag(FileAttributes.Normal)
            || (new FileInfo(file).Attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) == 0);
}
