using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Xml;
using KvmTraceLab.Cli;

namespace KvmTraceLab.Tests.Fuzz;

/// <summary>
/// Runs seeded cases in this process: a damaged input, one command over it, and what must hold whatever the damage. Case n of
/// seed s is the same everywhere. Changes the process's standard error while it runs.
/// </summary>
internal sealed class FuzzRunner(FuzzCorpus corpus, string folder)
{
    private readonly string _input = Path.Combine(folder, "input");
    private readonly string _other = Path.Combine(folder, "other");
    private readonly string _output = Path.Combine(folder, "output");
    private readonly RootCommand _root = Root.Create();
    private readonly StringBuilder _errors = new();

    /// <summary>The most bytes a case may allocate, all buffers taken together.</summary>
    public const long MaxAllocated = 256L << 20;

    /// <summary>The most the process may ever take: the heap's 256 MB, the runtime, and code.</summary>
    private const long MaxWorkingSet = 512L << 20;

    /// <summary>Arguments of the last case.</summary>
    public string[] Args { get; private set; } = [];

    /// <summary>Its exit code.</summary>
    public int Code { get; private set; }

    /// <summary>Bytes it allocated.</summary>
    public long Allocated { get; private set; }

    /// <summary>Input of the last case, kept for a report.</summary>
    public byte[] Input { get; private set; } = [];

    /// <summary>Makes case <paramref name="index"/> and runs it; null where all held, else what did not.</summary>
    public string? Run(int seed, int index)
    {
        var random = new Random(unchecked((seed * 1_000_003) + index));
        var (_, bytes, text) = corpus.Pick(random);
        Input = FuzzMutator.Mutate(bytes, text, random, corpus.Files);
        Index = index;
        File.WriteAllBytes(_input, Input);
        if (!File.Exists(_other)) File.WriteAllBytes(_other, corpus.Files[1].Bytes);
        var (args, kind) = FuzzCommands.Pick(random, _input, _other);
        return Run(args, kind);
    }

    /// <summary>Runs one command over the input that is there.</summary>
    public string? Run(string[] args, FuzzOutput kind)
    {
        Args = args;
        File.Delete(_output);
        _errors.Clear();
        using var error = new StringWriter(_errors);
        var parsed = _root.Parse([.. args, "-o", _output]);
        if (parsed.Errors.Count > 0) return null; // Program says so in one line
        var before = GC.GetTotalAllocatedBytes();
        var usual = Console.Error;
        Console.SetError(error);
        try
        {
            Code = parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = TextWriter.Null, Error = error });
        }
#pragma warning disable CA1031 // Any exception is a finding.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"unhandled {e}";
        }
        finally
        {
            Console.SetError(usual);
        }

        Allocated = GC.GetTotalAllocatedBytes() - before;
        return Code is < 0 or > 3 ? $"exit code {Code}"
            : Allocated > MaxAllocated ? $"{Allocated >> 20} MB allocated"
            : Errors(_errors.ToString()) ?? Leftovers() ?? (Code == 2 ? null : Check(kind));
    }

    private string? Errors(string error)
    {
        if (Code == 2 && error.Count(c => c == '\n') != 1) return $"exit code 2 with not one line of error: {error}";
        return Harmless(Encoding.UTF8.GetBytes(error)) is { } bad ? "standard error: " + bad : null;
    }

    private string? Leftovers() =>
        Directory.EnumerateFiles(folder).FirstOrDefault(f => f != _input && f != _other && f != _output) is { } left ? "left behind: " + left : null;

    private string? Check(FuzzOutput kind)
    {
        if (!File.Exists(_output)) return "no output";
        var bytes = File.ReadAllBytes(_output);
        try
        {
            switch (kind)
            {
                case FuzzOutput.Json:
                    using (JsonDocument.Parse(bytes)) return Harmless(bytes);
                case FuzzOutput.JsonLines:
                    foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries)) using (JsonDocument.Parse(line)) { }
                    return Harmless(bytes);
                case FuzzOutput.Xml:
                    using (var reader = XmlReader.Create(new MemoryStream(bytes), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore }))
                        while (reader.Read()) { }
                    return null;
                case FuzzOutput.Page:
                    return Encoding.UTF8.GetString(bytes).Contains(FuzzMutator.Markup, StringComparison.Ordinal) ? "markup of the trace is markup of the page" : null;
                default:
                    return Harmless(bytes);
            }
        }
        catch (Exception e) when (e is JsonException or XmlException)
        {
            return $"output is not {kind}: {e.Message}";
        }
    }

    /// <summary>Null, or the first byte that a terminal could take for more than text.</summary>
    internal static string? Harmless(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (b is >= 0x20 and < 0x7f or (byte)'\n' or (byte)'\t') continue;
            if (b is < 0x20 or 0x7f) return $"control byte 0x{b:x2} at {i}: {Around(bytes, i)}";
            if (Rune.DecodeFromUtf8(bytes[i..], out var rune, out var length) != System.Buffers.OperationStatus.Done) return $"not UTF-8 at {i}: {Around(bytes, i)}";
            if (rune.Value is < 0xa0 or (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069) or 0x2028 or 0x2029) return $"U+{rune.Value:x4} at {i}: {Around(bytes, i)}";
            i += length - 1;
        }

        return null;
    }

    private static string Around(ReadOnlySpan<byte> bytes, int at) =>
        Convert.ToHexString(bytes[Math.Max(0, at - 20)..Math.Min(bytes.Length, at + 20)]) + " \"" + Encoding.Latin1.GetString(bytes[Math.Max(0, at - 40)..at]).Replace('\n', '~') + "\"";

    /// <summary>Runs <paramref name="most"/> cases, fewer where the time is over before; findings go to <paramref name="found"/>. Returns how many ran.</summary>
    public long RunFor(int seed, TimeSpan time, int most, int first, Action<int, string> found, Action<long>? progress = null)
    {
        var watch = Stopwatch.StartNew();
        long done = 0;
        for (var i = first; done < most && watch.Elapsed < time; i++, done++)
        {
            var start = watch.Elapsed;
            if (Run(seed, i) is { } trouble) found(i, trouble);
            else if ((watch.Elapsed - start).TotalSeconds > 5) found(i, $"took {(watch.Elapsed - start).TotalSeconds:f1} s");
            if (done % 1000 == 0)
            {
                progress?.Invoke(done);

                // What a case leaves behind outside the heap (a decompressor not freed) shows over many of them.
                if (Environment.WorkingSet > MaxWorkingSet) found(i, $"{Environment.WorkingSet >> 20} MB in use");
            }
        }

        return done;
    }

    /// <summary>The case that runs, for a watchdog.</summary>
    public int Index { get; private set; }
}
