using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>What a line is that holds no event.</summary>
internal enum LineKind
{
    Blank,
    /// <summary>Headers, banners, tool messages, perf tables.</summary>
    Comment,
    /// <summary><c>...</c>, <c>--</c>: something was left out here.</summary>
    Elision,
    /// <summary>A lost-events marker.</summary>
    Lost,
    /// <summary>A line of a stack trace.</summary>
    Stack,
    /// <summary>A line that resembles an event and could not be read.</summary>
    NotUnderstood,
    /// <summary>Any other words: the mail around the trace, or the rest of a wrapped line.</summary>
    Words,
}

/// <summary>Tells the kinds of lines apart that are no events.</summary>
internal static class LineClassifier
{
    /// <summary>Classifies a line with quoting removed; for lost markers gives the CPU and the count (-1 where not said).</summary>
    public static LineKind Classify(ReadOnlySpan<byte> line, out int cpu, out long lost)
    {
        cpu = -1;
        lost = -1;
        var text = line.Trim(" \t\r"u8);
        if (text.IsEmpty) return LineKind.Blank;
        if (TryLost(text, out cpu, out lost)) return LineKind.Lost;
        switch (text[0])
        {
            case (byte)'#':
                return LineKind.Comment;
            case (byte)'.' or (byte)'-' or (byte)'[' or (byte)'(' or (byte)'<' or 0xe2 when IsElision(text):
                return LineKind.Elision;
            case (byte)'=' when text.StartsWith("=> "u8):
                return LineKind.Stack;
        }

        if (GraphColumns.IsCall(text)) return LineKind.Comment;
        if (IsFrame(text) || text.EndsWith(": <stack trace>"u8) || text.EndsWith(": <user stack trace>"u8)) return LineKind.Stack;

        if (text.StartsWith("version = "u8) || text.StartsWith("cpus="u8) || text.EndsWith(" is empty"u8) || ShareTable.TryRow(text, out _)) return LineKind.Comment;
        if (text.StartsWith("Samples: "u8) || text.StartsWith("Overhead "u8)) return LineKind.Comment;
        if (text.StartsWith("CPU:"u8) && text.IndexOf("[SUBBUFFER START]"u8) > 0) return LineKind.Comment;
        if (text.StartsWith("```"u8) || text.StartsWith("~~~"u8) || IsFence(text)) return LineKind.Comment;
        foreach (var b in text)
            if (b < 0x20 && b != '\t' && b != '\r' && b != 0x1b) return LineKind.NotUnderstood;
        return Resembles(text) ? LineKind.NotUnderstood : LineKind.Words;
    }

    /// <summary><c>CPU:3 [LOST 12 EVENTS]</c>, <c>CPU:3 [12 EVENTS DROPPED]</c>, <c>CPU:3 [EVENTS DROPPED]</c>.</summary>
    private static bool TryLost(ReadOnlySpan<byte> text, out int cpu, out long lost)
    {
        cpu = -1;
        lost = -1;
        if (text.IndexOf("PERF_RECORD_LOST"u8) is var record and >= 0) return TryPerfLost(text, record, out cpu, out lost);
        var at = text.IndexOf("CPU:"u8);
        if (at < 0 || text[at..].IndexOf((byte)'[') < 0) return false;
        var tail = text[(at + 4)..];
        var i = 0;
        if (!ByteText.TryDecimal(tail, ref i, out var number) || number > 100_000) return false;
        i = ByteText.SkipBlanks(tail, i);
        if (i >= tail.Length || tail[i] != '[') return false;
        var inside = tail[(i + 1)..];
        var close = inside.IndexOf((byte)']');
        if (close < 0) return false;
        inside = inside[..close];
        if (inside.IndexOf("EVENTS"u8) < 0) return false;
        if (inside.IndexOf("LOST"u8) < 0 && inside.IndexOf("DROPPED"u8) < 0) return false;
        cpu = (int)number;
        var digits = inside.IndexOfAnyInRange((byte)'0', (byte)'9');
        if (digits >= 0 && ByteText.TryDecimal(inside, ref digits, out var count) && count < long.MaxValue / 2) lost = (long)count;
        return true;
    }

    /// <summary><c>qemu 123 [001] 4.5: PERF_RECORD_LOST lost 12</c> of perf script --show-lost-events.</summary>
    private static bool TryPerfLost(ReadOnlySpan<byte> text, int record, out int cpu, out long lost)
    {
        cpu = -1;
        lost = -1;
        var at = text[..record].LastIndexOf((byte)'[') + 1;
        if (at > 0 && ByteText.TryDecimal(text, ref at, out var number) && number <= 100_000) cpu = (int)number;
        var digits = text[record..].IndexOf(" lost "u8) + record + 6;
        if (digits > record + 6 && ByteText.TryDecimal(text, ref digits, out var count) && count < long.MaxValue / 2) lost = (long)count;
        return true;
    }

    /// <summary>A frame of perf's: <c>ffffffffc0a1b2c3 vmx_vcpu_run+0x123 ([kvm_intel])</c>.</summary>
    private static bool IsFrame(ReadOnlySpan<byte> text)
    {
        if (text[^1] != ')' || !ByteText.IsHexDigit(text[0])) return false;
        var at = 0;
        while (at < text.Length && ByteText.IsHexDigit(text[at])) at++;
        var open = text.LastIndexOf(" ("u8);
        if (at >= text.Length || text[at] != ' ' || open <= at) return false;
        var image = text[(open + 2)..^1];
        return !image.IsEmpty && (image[0] is (byte)'[' or (byte)'/' || image.SequenceEqual("inlined"u8) || image.SequenceEqual("deleted"u8));
    }

    /// <summary>What trackers and forums put around code: <c>{noformat}</c>, <c>{code:sh}</c>, <c>[code]</c>, <c>--8&lt;--</c>.</summary>
    private static bool IsFence(ReadOnlySpan<byte> text) =>
        text.StartsWith("{noformat"u8) || text.StartsWith("{code"u8) || text.StartsWith("[code"u8) || text.StartsWith("[/code"u8) || text.StartsWith("[pre"u8) || text.StartsWith("[/pre"u8)
        || (text.IndexOf("8<"u8) >= 0 && text.IndexOfAnyExcept("-8< "u8) < 0) || (text.IndexOf(">8"u8) >= 0 && text.IndexOfAnyExcept("->8 "u8) < 0);

    private static bool IsElision(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("--"u8) || text.SequenceEqual("---"u8) || text.IndexOfAnyExcept((byte)'.', (byte)' ') < 0
        || text.SequenceEqual("[...]"u8) || text.SequenceEqual("(...)"u8) || text.SequenceEqual("[snip]"u8) || text.SequenceEqual("<snip>"u8)
        || text.SequenceEqual("…"u8) || text.SequenceEqual("[…]"u8);

    /// <summary>An event's name behind a task and a bracketed CPU: it should have been read.</summary>
    private static bool Resembles(ReadOnlySpan<byte> text)
    {
        var name = text.IndexOf(": kvm_"u8);
        if (name > 0 && text[..name].IndexOf((byte)'[') >= 0 && !LogPrefix.IsOfTheKernel(text[..name])) return true;
        return text.StartsWith("kvm_"u8) && text.IndexOf(": "u8) > 0 && text.IndexOf((byte)' ') > text.IndexOf((byte)':');
    }
}
