using System.CommandLine;

namespace KvmTraceLab.Cli;

/// <summary>The options that all commands over a trace share, and how they become a <see cref="TraceRequest"/>.</summary>
internal sealed class TraceOptionsSet
{
    private readonly Argument<string[]> _files;
    private readonly Option<string?> _inputFormat = CommonOptions.InputFormat();
    private readonly Option<string?>? _format;
    private readonly Option<string?> _output = CommonOptions.Output();
    private readonly TraceFilterOptions _filter;
    private readonly Option<int?> _threads = new("--threads") { Description = "decoding threads (default: the processors); the result is the same", HelpName = "N" };
    private readonly Option<string?> _dmesg = new("--dmesg") { Description = "join watchdog lines of this kernel log to their thread", HelpName = "FILE" };
    private readonly Option<string?> _guestMap = CommonOptions.GuestMap();
    private readonly Option<string?> _table = new("--table") { Description = "with --format csv: which table", HelpName = "NAME" };
    private readonly Option<bool> _quiet = CommonOptions.Quiet();

    private readonly bool _several;
    private readonly FormatChoice _formats;

    private TraceOptionsSet(bool several, string toName, FormatChoice formats)
    {
        _filter = new TraceFilterOptions(toName);
        _files = new Argument<string[]>("FILE") { Description = "trace.dat or text of any tool, gzip or zstd too; - is standard input" };
        _files.Arity = ArgumentArity.OneOrMore;
        _several = several;
        _formats = formats;
        if (formats.Names.Length > 0) _format = CommonOptions.Format(formats);
    }

    /// <summary>Adds the shared options to a command; <c>export</c> calls the end of the span <c>--until</c> and has no <c>--format</c>.</summary>
    public static TraceOptionsSet AddTo(Command command, bool several = false, string toName = "--to", FormatChoice? formats = null)
    {
        var set = new TraceOptionsSet(several, toName, formats ?? FormatChoice.Report);
        command.Add(set._files);
        if (set._format is { } format) command.Add(format);
        foreach (Option option in new Option[] { set._output, set._inputFormat }.Concat(set._filter.All).Concat([set._threads, set._dmesg, set._guestMap, set._table, set._quiet]))
            command.Add(option);
        return set;
    }

    public TraceRequest Bind(ParseResult parsed)
    {
        var threads = Threads(parsed.GetValue(_threads));
        foreach (var file in parsed.GetValue(_files) ?? []) RefuseOption(file, parsed);
        if (!_several && parsed.GetValue(_files) is { Length: > 1 } files) throw new UsageException($"one FILE at a time, found also {files[1]}");
        var output = parsed.GetValue(_output);
        foreach (var file in parsed.GetValue(_files) ?? [])
            CommonOptions.RefuseOverwriting(file, output);
        var format = _formats.Resolve(_format is null ? null : parsed.GetValue(_format), output);
        var table = parsed.GetValue(_table);
        if (table is not null && format is not ("csv" or "")) throw new UsageException($"--table {table}: goes with --format csv");
        return _filter.Bind(parsed, new TraceRequest
        {
            Files = parsed.GetValue(_files) ?? [],
            InputFormat = parsed.GetValue(_inputFormat),
            Threads = threads,
            Format = format,
            Output = output,
            Dmesg = CommonOptions.Existing(_dmesg, parsed),
            GuestMap = CommonOptions.Existing(_guestMap, parsed),
            Table = table,
            Quiet = parsed.GetValue(_quiet),
        });
    }

    /// <summary>A word that begins as options do and is no file was meant as one.</summary>
    public static void RefuseOption(string word, ParseResult parsed)
    {
        if (word.StartsWith("--", StringComparison.Ordinal) && !File.Exists(word))
            throw new UsageException($"no option '{word}'{Spelling.Hint(word, parsed.CommandResult.Command.Options.Select(o => o.Name))} (see `ktl {parsed.CommandResult.Command.Name} --help`)");
    }

    /// <summary>Decoding threads as asked for, or as many as there are processors.</summary>
    public static int Threads(int? asked) => asked switch
    {
        null => Math.Clamp(Environment.ProcessorCount, 1, 256),
        < 1 or > 256 => throw new UsageException($"--threads {asked}: 1 to 256 are possible"),
        _ => asked.Value,
    };
}
