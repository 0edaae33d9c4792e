using System.CommandLine;
using System.Globalization;

namespace KvmTraceLab.Cli;

/// <summary>The options that all commands over a trace share, and how they become a <see cref="TraceRequest"/>.</summary>
internal sealed class TraceOptionsSet
{
    private readonly Argument<string[]> _files;
    private readonly Option<string?> _inputFormat = new("--input-format") { Description = "read the input as this format instead of looking at it", HelpName = "NAME" };
    private readonly Option<string?>? _format;
    private readonly Option<string?> _output = CommonOptions.Output();
    private readonly Option<string?> _from = new("--from") { Description = "leave out what is before this time (as the trace prints it: seconds, or ticks)", HelpName = "S" };
    private readonly Option<string?> _to;
    private readonly Option<string[]> _vcpu = new("--vcpu") { Description = "only these vCPUs (0,1,…)", HelpName = "N,…", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string[]> _tid = new("--tid") { Description = "only these threads", HelpName = "N,…" };
    private readonly Option<int?> _threads = new("--threads") { Description = "decoding threads (default: the processors); the result is the same", HelpName = "N" };
    private readonly Option<string?> _dmesg = new("--dmesg") { Description = "join watchdog lines of this kernel log to their thread", HelpName = "FILE" };
    private readonly Option<string?> _guestMap = new("--guest-map") { Description = "names for guest addresses: CSV base,size,name or a System.map", HelpName = "FILE" };
    private readonly Option<string?> _table = new("--table") { Description = "with --format csv: which table", HelpName = "NAME" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "no progress bar" };

    private readonly bool _several;
    private readonly FormatChoice _formats;

    private TraceOptionsSet(bool several, string toName, FormatChoice formats)
    {
        _to = new Option<string?>(toName) { Description = "leave out what is after this time", HelpName = "S" };
        _files = new Argument<string[]>("FILE") { Description = "trace.dat or text of any tool, gzip or zstd too; - is standard input" };
        _files.Arity = ArgumentArity.OneOrMore;
        _several = several;
        _formats = formats;
        if (formats.Names.Length > 0) _format = CommonOptions.Format(formats);
        _inputFormat.CompletionSources.Add([.. KvmTraceLab.Parser.Formats.TraceFormats.All.Select(f => f.Name)]);
    }

    /// <summary>Adds the shared options to a command; <c>export</c> calls the end of the span <c>--until</c> and has no <c>--format</c>.</summary>
    public static TraceOptionsSet AddTo(Command command, bool several = false, string toName = "--to", FormatChoice? formats = null)
    {
        var set = new TraceOptionsSet(several, toName, formats ?? FormatChoice.Report);
        command.Add(set._files);
        if (set._format is { } format) command.Add(format);
        foreach (Option option in new Option[] { set._output, set._inputFormat, set._from, set._to, set._vcpu, set._tid, set._threads, set._dmesg, set._guestMap, set._table, set._quiet })
            command.Add(option);
        return set;
    }

    public TraceRequest Bind(ParseResult parsed)
    {
        var threads = Threads(parsed.GetValue(_threads));
        foreach (var file in parsed.GetValue(_files) ?? [])
            if (file.StartsWith("--", StringComparison.Ordinal) && !File.Exists(file)) throw new UsageException($"no option '{file}'{Spelling.Hint(file, parsed.CommandResult.Command.Options.Select(o => o.Name))} (see `ktl {parsed.CommandResult.Command.Name} --help`)");
        if (!_several && parsed.GetValue(_files) is { Length: > 1 } files) throw new UsageException($"one FILE at a time, found also {files[1]}");
        var output = parsed.GetValue(_output);
        foreach (var file in parsed.GetValue(_files) ?? [])
            if (output is not null && file != "-" && Real(file) == Real(output)) throw new UsageException($"-o {output}: is the trace itself; give another name");
        var format = _formats.Resolve(_format is null ? null : parsed.GetValue(_format), output);
        var table = parsed.GetValue(_table);
        if (table is not null && format is not ("csv" or "")) throw new UsageException($"--table {table}: goes with --format csv");
        return new TraceRequest
        {
            Files = parsed.GetValue(_files) ?? [],
            InputFormat = parsed.GetValue(_inputFormat),
            Threads = threads,
            From = TraceTime.Parse("--from", parsed.GetValue(_from)),
            To = TraceTime.Parse(_to.Name, parsed.GetValue(_to)),
            Tids = Numbers("--tid", parsed.GetValue(_tid)),
            Vcpus = Numbers("--vcpu", parsed.GetValue(_vcpu)),
            Format = format,
            Output = output,
            Dmesg = Existing(_dmesg, parsed),
            GuestMap = Existing(_guestMap, parsed),
            Table = table,
            Quiet = parsed.GetValue(_quiet),
        };
    }

    /// <summary>A file to be read beside the trace: asked for before the trace is read, whether the command uses it or not.</summary>
    private static string? Existing(Option<string?> option, ParseResult parsed) => parsed.GetValue(option) is not { } file || File.Exists(file)
        ? parsed.GetValue(option)
        : throw new UsageException($"{option.Name} {file}: no such file");

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

    /// <summary>Decoding threads as asked for, or as many as there are processors.</summary>
    public static int Threads(int? asked) => asked switch
    {
        null => Math.Clamp(Environment.ProcessorCount, 1, 256),
        < 1 or > 256 => throw new UsageException($"--threads {asked}: 1 to 256 are possible"),
        _ => asked.Value,
    };

    private static HashSet<int> Numbers(string option, string[]? texts)
    {
        var numbers = new HashSet<int>();
        foreach (var part in (texts ?? []).SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new UsageException($"{option} {part}: expected whole numbers separated by commas");
            numbers.Add(number);
        }

        return numbers;
    }
}
