using System.Globalization;
using System.Text;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>
/// What <c>perf trace</c> prints of tracepoints, <c>0.003 CPU 0/KVM/16105 kvm:kvm_pio(rw: 0, port: 1544)</c> and before 4.20
/// <c>0.003 (         ): kvm:kvm_exit:reason HLT rip 0x10 info 0 0)</c>, made into <c>CPU 0/KVM-16105 0.000003: kvm_pio: rw=0x0 port=0x608</c>.
/// Its times are milliseconds since it began.
/// </summary>
internal sealed class PerfTraceLines : ILineDress
{
    public static ILineDress? Find(HeadLines lines)
    {
        // No other tool's lines look so, and what does not is left as it is: a few among the words of a page will do.
        return lines.Telling.Exists(l => Plain(l) is not null) ? new PerfTraceLines() : null;
    }

    public void Undress(ReadOnlySpan<byte> line, Stream to) => to.Write(Plain(line) is { } text ? Encoding.UTF8.GetBytes(text) : line);

    private static string? Plain(ReadOnlySpan<byte> line)
    {
        var at = ByteText.SkipBlanks(line, 0);
        if (at >= line.Length || !ByteText.IsDigit(line[at]) || !ByteText.TryDecimal(line, ref at, out var milliseconds) || milliseconds > 1_000_000_000_000) return null;
        var point = at++;
        if (point + 4 >= line.Length || line[point] != '.' || !ByteText.TryDecimal(line, ref at, out var microseconds) || at != point + 4 || !ByteText.IsBlank(line[at])) return null;
        var text = Encoding.UTF8.GetString(line[at..]).Trim();
        if (text.StartsWith('(') && text.IndexOf(')', StringComparison.Ordinal) is > 0 and var close) text = text[(close + 1)..].TrimStart(':', ' ');

        var name = -1;
        foreach (var system in (string[])["kvm:", "kvmmmu:"])
            if (text.StartsWith(system, StringComparison.Ordinal)) name = system.Length;
            else if (text.IndexOf(" " + system, StringComparison.Ordinal) is > 0 and var behind) name = behind + 1 + system.Length;
        if (name < 0) return null;
        var end = text.AsSpan(name).IndexOfAny('(', ':');
        if (end <= 0 || text.AsSpan(name, end).Contains(' ')) return null;

        var task = text[..text.LastIndexOf("kvm", name - 2, StringComparison.Ordinal)].TrimEnd();
        if (task.Length > 0)
        {
            var slash = task.LastIndexOf('/');
            if (slash <= 0 || slash == task.Length - 1 || task.AsSpan(slash + 1).ContainsAnyExceptInRange('0', '9')) return null;
            task = $"{task[..slash]}-{task[(slash + 1)..]} ";
        }

        // The later form alone has a blank behind the colon and no bracket.
        var hasNames = text[name + end] == '(';
        if (!hasNames && text.AsSpan(name + end + 1).StartsWith(" ")) return null;
        var payload = text[(name + end + 1)..];
        if (hasNames)
        {
            var bracket = Closing(payload);
            var behind = payload.AsSpan(Math.Min(payload.Length, bracket + 1)).Trim();
            payload = string.Join(' ', payload[..bracket].Split(", ").Select(Pair)) + Reason(text.AsSpan(name, end), payload[..bracket]) + (behind.IsEmpty ? "" : behind.StartsWith("//") ? $" {behind}" : $" // {behind}");
        }
        else if (payload.EndsWith(')'))
        {
            payload = payload[..^1];
        }

        return string.Create(CultureInfo.InvariantCulture, $"{task}{milliseconds / 1000}.{(milliseconds % 1000 * 1000) + microseconds:d6}: {text.AsSpan(name, end)}: {payload}");
    }

    /// <summary>Fields that are 0 are left out. That of most is read so anyhow; an exit whose reason is left out is one for reason 0, not for none.</summary>
    private static string Reason(ReadOnlySpan<char> name, string fields)
    {
        if (!fields.Contains("isa: ", StringComparison.Ordinal) || fields.Contains("exit_reason: ", StringComparison.Ordinal) || fields.Contains("exit_code: ", StringComparison.Ordinal)) return "";
        foreach (var shape in KvmEvents.All)
        {
            if (!name.SequenceEqual(shape.Name)) continue;
            foreach (var field in shape.Fields)
                if (field.Is("exit_reason") || field.Is("exit_code")) return $" {field.Name}=0x0";
        }

        return "";
    }

    /// <summary>Where the bracket closes that was opened before the fields; what stands behind it was noted by hand.</summary>
    private static int Closing(string fields)
    {
        var depth = 1;
        for (var at = 0; at < fields.Length; at++)
        {
            depth += fields[at] == '(' ? 1 : fields[at] == ')' ? -1 : 0;
            if (depth == 0) return at;
        }

        return fields.Length;
    }

    /// <summary><c>port: 1544</c> as a raw field of trace-cmd, which marks hexadecimal numbers.</summary>
    private static string Pair(string pair)
    {
        var colon = pair.IndexOf(": ", StringComparison.Ordinal);
        if (colon < 0) return pair;
        var value = pair[(colon + 2)..].Trim('"');
        return ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? $"{pair[..colon]}=0x{number:x}" : $"{pair[..colon]}={value}";
    }
}
