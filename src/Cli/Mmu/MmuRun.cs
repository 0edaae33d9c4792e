using System.Text;
using KvmTraceLab.Output.Files;

namespace KvmTraceLab.Cli.Mmu;

/// <summary>Runs a subcommand: where the result goes, and what trouble becomes.</summary>
internal static class MmuRun
{
    /// <summary>Runs <paramref name="work"/> on <paramref name="file"/>, or on standard output where that is null; what it returns is the exit code.</summary>
    public static int Write(string? file, Func<TextWriter, int> work) => Guard.Run(() =>
    {
        var code = Guard.Ok;
        FileOutput.Write(file, stream =>
        {
            // Not disposed where the work fails: what it holds is then no result.
            var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
            code = work(writer);
            writer.Flush();
        });
        return code;
    });

    /// <summary>Opens an input file, or says in one line why not.</summary>
    public static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{path}: {Trouble(path, e)}");
        }
    }

    // The published tool carries no framework messages, so the words are ours.
    private static string Trouble(string path, Exception e) => e switch
    {
        FileNotFoundException => "no such file; give a path, or - for standard input",
        DirectoryNotFoundException => "no such directory",
        _ when Directory.Exists(path) => "is a directory; give a file, or - for standard input",
        UnauthorizedAccessException => "no permission to read it",
        _ => $"cannot be read ({e.GetType().Name})",
    };
}
