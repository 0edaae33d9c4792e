using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>What <c>grep -n</c>, <c>cat -n</c>, a log or a chat puts before a line: numbers, file names, times, senders.</summary>
internal static class LogPrefix
{
    private const int LongestComm = 15;
    private const int LongestNumber = 7;

    /// <summary>Bytes of a line number: <c>17:</c>, <c>17. </c>, <c>17) </c>, <c>[17] </c>, <c>  17  </c>; 0 where there is none.</summary>
    public static int Number(ReadOnlySpan<byte> text)
    {
        var at = ByteText.SkipBlanks(text, 0);
        var bracket = at < text.Length && text[at] == '[';
        if (bracket) at = ByteText.SkipBlanks(text, at + 1);
        var digits = at;
        while (at < text.Length && (ByteText.IsDigit(text[at]) || (bracket && text[at] == '.' && at > digits))) at++;
        if (at == digits || at + 1 >= text.Length) return 0;
        var next = text[at + 1];
        if (bracket) return text[at] == ']' && ByteText.IsBlank(next) ? at + 1 : 0;
        return text[at] switch
        {
            // An integer clock has more digits than a file has lines.
            (byte)':' when at - digits <= LongestNumber => at + 1,
            (byte)'\t' => at + 1,
            (byte)'.' or (byte)')' when ByteText.IsBlank(next) => at + 1,
            (byte)' ' when next == ' ' => at + 1,
            _ => 0,
        };
    }

    /// <summary>Where the rest begins; a number in brackets alone is a CPU.</summary>
    public static int BehindNumber(ReadOnlySpan<byte> line, int at)
    {
        var number = Number(line[at..]);
        if (number == 0 || (line[at] == '[' && line.Slice(at, number).IndexOf((byte)'.') < 0)) return at;
        var next = ByteText.SkipBlanks(line, at + number);
        return next < line.Length ? next : at;
    }

    /// <summary>Bytes before the task: a comm has at most fifteen, so what makes it longer came from elsewhere.</summary>
    public static int BeforeTask(ReadOnlySpan<byte> text)
    {
        // Most tasks: a name that is no longer than a name, without what might end a prefix.
        if (text.Length <= LongestComm && !text.IsEmpty && char.IsAsciiLetter((char)text[0]) && text.IndexOfAny((byte)':', (byte)'|') < 0) return 0;
        var start = Number(text);
        start = ByteText.SkipBlanks(text, start);
        if (start >= text.Length) return 0; // the number is the task's name
        var task = text[start..];
        if (FileName(task) is > 0 and var name)
        {
            start += name;
            start += Number(text[start..]);
            return ByteText.SkipBlanks(text, start);
        }

        if (Sender(task) is > 0 and var sender) return ByteText.SkipBlanks(text, start + sender);
        if (task.LastIndexOf(" | "u8) is >= 0 and var bar) return ByteText.SkipBlanks(text, start + bar + 3);
        if (task.TrimEnd((byte)' ').Length <= LongestComm) return start;
        for (var at = task.Length - 2; at > 0; at--)
        {
            if (!Ends(task[at], task[at + 1])) continue;
            return ByteText.SkipBlanks(text, start + at + 1);
        }

        return start;
    }

    /// <summary>Whether what stands before an event that begins a line of its own is such a prefix, and no sentence.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> prefix)
    {
        var text = prefix.TrimEnd(" \t"u8);
        if (text.IsEmpty) return false;
        if (Number(prefix) == prefix.Length || FileName(text) == text.Length) return true;
        if (FileName(text) is > 0 and var name && Number([.. text[name..], (byte)'k']) == text.Length - name) return true;
        if (prefix.Length == text.Length) return false;

        // A label with a number: "A@1451335:".
        if (text[^1] == ':' && text.IndexOf((byte)' ') < 0 && text.IndexOf((byte)'@') > 0 && ByteText.IsDigit(text[^2])) return true;
        return IsKernelLog(text) || text[^1] is (byte)'|' or (byte)'>' || text.EndsWith("]:"u8) || IsStamp(text);
    }

    /// <summary>Whether the kernel's log stands before a line (<c>[  673.850218] kvm [22087]: </c>), or a journal's prefix of it.</summary>
    public static bool IsOfTheKernel(ReadOnlySpan<byte> prefix)
    {
        var text = prefix.Trim(" \t"u8);
        if (text.IsEmpty) return false;
        var close = text.IndexOf((byte)']');
        var stamp = text[0] == '[' && close > 0 ? text[1..close] : default;
        return (stamp.IndexOf((byte)'.') > 0 && stamp.Trim(" .0123456789"u8).IsEmpty) || IsKernelLog(text);
    }

    /// <summary><c>Nov 21 15:00:01 host kernel:</c>, with the kernel's own time behind it or not.</summary>
    private static bool IsKernelLog(ReadOnlySpan<byte> text)
    {
        if (text[^1] == ']' && text.LastIndexOf((byte)'[') is > 0 and var bracket && text[(bracket + 1)..^1].Trim(" .0123456789"u8).IsEmpty) text = text[..bracket].TrimEnd((byte)' ');
        return text.EndsWith(" kernel:"u8);
    }

    /// <summary><c>trace.txt:</c>, directly before the rest.</summary>
    private static int FileName(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("(standard input):"u8)) return "(standard input):".Length;
        var colon = text.IndexOf((byte)':');
        if (colon < 2 || (colon + 1 < text.Length && ByteText.IsBlank(text[colon + 1]))) return 0;
        var name = text[..colon];
        if (name.IndexOf((byte)' ') >= 0 || ByteText.IsDigit(name[0]) || name[0] == '<') return 0;
        return name.StartsWith("/"u8) || name.StartsWith("./"u8) || (name.IndexOf((byte)'.') is > 0 and var dot && dot < name.Length - 1) ? colon + 1 : 0;
    }

    /// <summary>A chat's <c>&lt;name&gt; </c>; the kernel's own <c>&lt;idle&gt;</c> and <c>&lt;...&gt;</c> have no blank behind them.</summary>
    private static int Sender(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[0] != '<' || !char.IsAsciiLetter((char)text[1])) return 0;
        var close = text.IndexOf("> "u8);
        return close > 0 && close + 2 < text.Length ? close + 2 : 0;
    }

    /// <summary>Bytes of a line that begins as another did whose first <paramref name="prefix"/> bytes came from a log, numbers aside.</summary>
    public static int Same(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> line)
    {
        var at = 0;
        prefix = prefix.TrimEnd(" \t"u8);
        for (var i = 0; i < prefix.Length; i++)
        {
            if (ByteText.IsDigit(prefix[i]) || ByteText.IsBlank(prefix[i]))
            {
                var blank = ByteText.IsBlank(prefix[i]);
                while (i + 1 < prefix.Length && (blank ? ByteText.IsBlank(prefix[i + 1]) : ByteText.IsDigit(prefix[i + 1]))) i++;
                var from = at;
                while (at < line.Length && (blank ? ByteText.IsBlank(line[at]) : ByteText.IsDigit(line[at]))) at++;
                if (at == from && !(blank && i == 0)) return 0;
                continue;
            }

            if (at >= line.Length || line[at] != prefix[i]) return 0;
            at++;
        }

        return at;
    }

    /// <summary>A container's clock: <c>2026-11-21T15:00:01.123456789Z</c>, with <c>stdout F</c> behind it in a pod's log.</summary>
    private static bool IsStamp(ReadOnlySpan<byte> text)
    {
        if (text.EndsWith(" F"u8)) text = text[..Math.Max(0, text.LastIndexOf(" std"u8))];
        return text.Length >= 20 && text[^1] == 'Z' && text[4] == '-' && text[7] == '-' && text[10] == 'T';
    }

    private static bool Ends(byte at, byte next) =>
        at == '\t' || (next == ' ' && at is (byte)':' or (byte)']' or (byte)'|' or (byte)'>' or (byte)'Z' or (byte)'F');
}
