using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KvmTraceLab.Fuzz.Generate;

/// <summary>A recorded trace's text again and again, each time later by its length: a long trace of the same kind.</summary>
internal static partial class RepeatedText
{
    private const long Pause = 1000;

    public static void Write(Stream to, string recorded, long events)
    {
        var lines = File.ReadLines(recorded).Select(l => Timed().Match(l)).Where(m => m.Success).ToList();
        if (lines.Count == 0) throw new InvalidDataException($"{recorded}: no line with a time, as trace-cmd report -t prints it");
        var times = lines.ConvertAll(m => long.Parse(m.Groups["s"].Value + m.Groups["ns"].Value, CultureInfo.InvariantCulture));
        var length = times[^1] - times[0] + Pause;
        using var writer = new StreamWriter(to, new UTF8Encoding(false), 1 << 16);
        writer.NewLine = "\n";
        for (long i = 0; i < events; i++)
        {
            var (turn, at) = (i / lines.Count, (int)(i % lines.Count));
            var time = times[at] + (turn * length);
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{lines[at].Groups["before"].Value}{time / 1_000_000_000}.{time % 1_000_000_000:d9}{lines[at].Groups["behind"].Value}"));
        }
    }

    [GeneratedRegex(@"^(?<before>.*?\] .*?)(?<s>\d+)\.(?<ns>\d{9})(?<behind>: .*)$")]
    private static partial Regex Timed();
}
