using System.Text;

namespace KvmTraceLab.Tests.Fuzz;

/// <summary>Damages an input: what disks, editors, mailers and people with bad intent do. The same random numbers, the same damage.</summary>
internal static class FuzzMutator
{
    /// <summary>Strings that drive terminals, forge lines, or end a quoting; the last one is searched for in pages.</summary>
    public static readonly string[] Hostile =
    [
        "\x1b[2J\x1b[H", "\x1b]0;owned\x07", "\x9b31m", "\0\0", "\r", "\b\b\b", "\x7f", "\u202e\u2066", "\u2028", "'\"`$(id)", "=1+1|cmd", "a,b;\"c\"", "<!--", "]]>", "&#27;",
        "\ud83d\ude00", "日本語", "\x1bP\x1b\\", "\x0e", Markup,
    ];

    public const string Markup = "<script>ktlfuzz</script>";

    private static readonly string[] Numbers =
    [
        "999999999999999999999999999999", "-1", "0", "18446744073709551615", "18446744073709551616", "9223372036854775807", "-9223372036854775808", "2147483647", "2147483648", "4294967296",
        "0xffffffffffffffff", "0x10000000000000000", "0x", "1e308", "0000000000000000000000000000007", "99999999999.999999", "-5.000001", "NaN",
    ];

    public static byte[] Mutate(byte[] input, bool text, Random random, IReadOnlyList<(string Name, byte[] Bytes, bool IsText)> others)
    {
        var bytes = input;
        for (var n = random.Next(1, 5); n > 0 && bytes.Length is > 0 and < 2 << 20; n--)
            bytes = text && random.Next(3) != 0 ? TextStep(bytes, random) : ByteStep(bytes, random, others);
        return bytes;
    }

    private static byte[] ByteStep(byte[] bytes, Random random, IReadOnlyList<(string Name, byte[] Bytes, bool IsText)> others)
    {
        var at = random.Next(bytes.Length);
        var changed = (byte[])bytes.Clone();
        switch (random.Next(8))
        {
            case 0:
                changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
            case 1:
                changed[at] = (byte)random.Next(256);
                return changed;
            case 2:
                changed.AsSpan(at, Math.Min(random.Next(1, 9), bytes.Length - at)).Fill(random.Next(3) switch { 0 => 0xff, 1 => 0, _ => 0x7f });
                return changed;
            case 3:
                return bytes[..at];
            case 4:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 64))..]];
            case 5: // a section again
                var section = bytes.AsSpan(at, Math.Min(random.Next(1, 512), bytes.Length - at)).ToArray();
                var times = random.Next(1, 40);
                return [.. bytes[..at], .. Enumerable.Repeat(section, times).SelectMany(s => s), .. bytes[at..]];
            case 6: // head of one, tail of another
                var other = others[random.Next(others.Count)].Bytes;
                return [.. bytes[..at], .. other[random.Next(other.Length)..]];
            default: // a length or count
                ulong value = random.Next(5) switch { 0 => ulong.MaxValue, 1 => 0x7fffffffUL, 2 => (ulong)random.Next(1 << 16), 3 => 1UL << random.Next(64), _ => 0xfffffff0UL };
                var size = 1 << random.Next(4);
                for (var i = 0; i < size && at + i < changed.Length; i++) changed[at + i] = (byte)(value >> (8 * i));
                return changed;
        }
    }

    private static byte[] TextStep(byte[] bytes, Random random)
    {
        // Latin-1 keeps every byte as it is.
        var lines = Encoding.Latin1.GetString(bytes).Split('\n').ToList();
        var at = random.Next(lines.Count);
        var line = lines[at];
        switch (random.Next(13))
        {
            case 0:
                var with = random.Next(lines.Count);
                (lines[at], lines[with]) = (lines[with], lines[at]);
                break;
            case 1:
                lines.InsertRange(at, Enumerable.Repeat(line, random.Next(1, 100)));
                break;
            case 2:
                lines.RemoveRange(at, Math.Min(lines.Count - at, random.Next(1, 5)));
                break;
            case 3:
                lines[at] = ReplaceNumber(line, random);
                break;
            case 4 or 5:
                lines[at] = Put(line, Latin(Hostile[random.Next(Hostile.Length)]), random);
                break;
            case 6: // a comm of one's own
                var dash = line.IndexOf('-', StringComparison.Ordinal);
                if (dash > 0) lines[at] = Latin(Hostile[random.Next(Hostile.Length)]) + line[dash..];
                break;
            case 7:
                lines[at] = Put(line, new string("[-:(= 0x>|.,"[random.Next(12)], random.Next(1, 20_000)), random);
                break;
            case 8: // wrapped by a mailer
                lines[at] = Put(line, "\n", random);
                break;
            case 9:
                lines[at] = (random.Next(2) == 0 ? "> " : ">> > ") + line;
                break;
            case 10: // two lines in one
                if (at + 1 < lines.Count)
                {
                    lines[at] += lines[at + 1];
                    lines.RemoveAt(at + 1);
                }

                break;
            case 11:
                lines.Insert(at, random.Next(4) switch
                {
                    0 => $"CPU:{Numbers[random.Next(Numbers.Length)]} [LOST {Numbers[random.Next(Numbers.Length)]} EVENTS]",
                    1 => "CPU:1 [EVENTS DROPPED]",
                    2 => $"cpus={Numbers[random.Next(Numbers.Length)]}",
                    _ => "...",
                });
                break;
            default: // an event by another name
                lines[at] = line.Replace("kvm_", random.Next(2) == 0 ? "kvm_e" + random.Next(1000) : "", StringComparison.Ordinal);
                break;
        }

        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }

    private static string ReplaceNumber(string line, Random random)
    {
        var starts = Enumerable.Range(0, line.Length).Where(i => char.IsAsciiDigit(line[i]) && (i == 0 || !char.IsAsciiLetterOrDigit(line[i - 1]))).ToList();
        if (starts.Count == 0) return line;
        var start = starts[random.Next(starts.Count)];
        var end = start;
        while (end < line.Length && char.IsAsciiLetterOrDigit(line[end])) end++;
        return line[..start] + Numbers[random.Next(Numbers.Length)] + line[end..];
    }

    private static string Put(string line, string what, Random random) => line.Insert(random.Next(line.Length + 1), what);

    private static string Latin(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
