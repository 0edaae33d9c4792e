namespace KvmTraceLab.Analysis.Compare;

/// <summary>Stages that are texts with sums instead of traces, found by their content.</summary>
public static class StageText
{
    /// <summary>Lines looked at for a heading.</summary>
    public const int LinesSniffed = 20;

    /// <summary>The longest text read whole, in characters.</summary>
    public const int MostCharacters = 64 << 20;

    /// <summary>The format of a text that begins like this, or null where it is neither (a trace, perhaps).</summary>
    /// <param name="beginning">The first lines of the file; the last may be cut.</param>
    public static string? Sniff(string beginning)
    {
        string[] lines = [.. beginning.Split('\n').Take(LinesSniffed).Select(l => l.Trim()).Where(l => l.Length > 0)];
        for (int i = 0; i < lines.Length; i++)
        {
            if (PerfKvmStatReader.IsHeading(lines[i])) return "perf-kvm-stat";

            // A sentence may hold the word "exits" too; a log goes on with numbers.
            if (KvmStatLogReader.IsHeading(lines[i]) && (i + 1 == lines.Length || char.IsAsciiDigit(lines[i + 1][^1]))) return "kvm_stat-log";
        }

        return null;
    }

    /// <summary>Reads a text for which <see cref="Sniff"/> gave a format.</summary>
    /// <param name="path">For messages.</param>
    /// <param name="text">The text.</param>
    /// <param name="seconds">How long the run lasted, as the user tells; null takes what the text tells.</param>
    /// <param name="reasons">The exit reasons that count; null counts all.</param>
    /// <exception cref="StageFileException">The text cannot be read as what it says it is.</exception>
    public static RunSeries Read(string path, TextReader text, double? seconds = null, IReadOnlySet<string>? reasons = null)
    {
        var lines = new List<string>();
        long characters = 0;
        while (text.ReadLine() is string line)
        {
            characters += line.Length + 1;
            if (characters > MostCharacters) throw new StageFileException(path, lines.Count, "the text is longer than 64 Mi characters", "give one report or one log");
            lines.Add(line);
        }

        RunSeries series = lines.Take(LinesSniffed).Any(l => PerfKvmStatReader.IsHeading(l.Trim()))
            ? PerfKvmStatReader.Read(path, lines, reasons)
            : KvmStatLogReader.Read(path, lines, reasons);
        return seconds is double s ? series with { Seconds = s } : series;
    }
}
