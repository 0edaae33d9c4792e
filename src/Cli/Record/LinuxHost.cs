using KvmTraceLab.Analysis.Recording;

namespace KvmTraceLab.Cli.Record;

/// <summary>This machine.</summary>
internal sealed class LinuxHost : IHost
{
    private const int MostCharacters = 4 << 20;

    public string? ReadFile(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var text = new char[4096];
            var all = new System.Text.StringBuilder();
            int n;
            while (all.Length < MostCharacters && (n = reader.Read(text)) > 0) all.Append(text, 0, n);
            return all.ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public string? FindExecutable(string name)
    {
        // The system directories too: sudo and cron leave them out for some users.
        string path = (Environment.GetEnvironmentVariable("PATH") ?? "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin";
        foreach (string directory in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = Path.Combine(directory, name);
            if (File.Exists(candidate) && IsExecutable(candidate)) return candidate;
        }

        return null;
    }

    public bool CanWrite(string path)
    {
        try
        {
            using var _ = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return false;
        }
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode any = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & any) != 0;
    }
}
