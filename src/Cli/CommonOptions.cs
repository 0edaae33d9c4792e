using System.CommandLine;

namespace KvmTraceLab.Cli;

/// <summary>Options that commands have in common, whatever they read.</summary>
internal static class CommonOptions
{
    public static Option<string?> Output() => new("--output", "-o") { Description = "write to this file instead of standard output", HelpName = "FILE" };

    public static Option<string?> Format(FormatChoice formats)
    {
        var option = new Option<string?>("--format") { Description = formats.Description, HelpName = "FORMAT" };
        option.CompletionSources.Add([.. formats.Names]);
        return option;
    }

    public static Option<string?> InputFormat()
    {
        var option = new Option<string?>("--input-format") { Description = "read the input as this format instead of looking at it", HelpName = "NAME" };
        option.CompletionSources.Add([.. KvmTraceLab.Parser.Formats.TraceFormats.All.Select(f => f.Name)]);
        return option;
    }

    public static Option<string?> GuestMap() => new("--guest-map") { Description = "names for guest addresses: CSV base,size,name or a System.map", HelpName = "FILE" };

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "no progress bar" };

    /// <summary>A file to be read beside the trace: asked for before the trace is read, whether the command uses it or not.</summary>
    public static string? Existing(Option<string?> option, ParseResult parsed) => parsed.GetValue(option) is not { } file || File.Exists(file)
        ? parsed.GetValue(option)
        : throw new UsageException($"{option.Name} {file}: no such file");

    /// <summary>A result never takes the place of what it was made of.</summary>
    public static void RefuseOverwriting(string file, string? output)
    {
        if (output is not null && file != "-" && Real(file) == Real(output)) throw new UsageException($"-o {output}: is the trace itself; give another name");
    }

    /// <summary>Where a path leads.</summary>
    private static string Real(string path)
    {
        try
        {
            return (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return path;
        }
    }
}
