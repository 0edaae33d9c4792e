using System.Globalization;
using System.Text;

namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>
/// Events among the calls of ftrace's function_graph tracer, <c> 2)  qemu-kvm-3927  |  |  /* kvm_exit: … */</c>, made into
/// <c>qemu-kvm-3927 [002] kvm_exit: …</c>. Time (<c>funcgraph-abstime</c>) and task (<c>funcgraph-proc</c>) stand there if they were asked for;
/// which task a CPU went to is told where it changes.
/// </summary>
internal sealed class GraphLines : ILineDress
{
    private static readonly System.Buffers.SearchValues<char> TimeDigits = System.Buffers.SearchValues.Create("0123456789.");

    private readonly Dictionary<int, string> _tasks = [];

    public static ILineDress? Find(HeadLines lines)
    {
        var graph = new GraphLines();
        return lines.Telling.Exists(l => graph.Plain(l) is not null) ? new GraphLines() : null;
    }

    public void Undress(ReadOnlySpan<byte> line, Stream to) => to.Write(Plain(line) is { } text ? Encoding.UTF8.GetBytes(text) : line);

    private string? Plain(ReadOnlySpan<byte> line)
    {
        var comment = line.IndexOf("/* "u8);
        if (comment < 0)
        {
            if (line.IndexOf(" => "u8) > 0) Switch(line);
            return null;
        }

        var before = line[..comment].TrimEnd((byte)' ');
        var text = line[(comment + 3)..].TrimEnd((byte)' ');
        if (!before.EndsWith("|"u8) || !text.EndsWith("*/"u8)) return null;
        int? cpu = null;
        string? task = null, time = null;
        foreach (var column in Encoding.UTF8.GetString(before[..^1]).Split('|', StringSplitOptions.TrimEntries))
        {
            var close = column.IndexOf(')', StringComparison.Ordinal);
            if (close > 0 && cpu is null && int.TryParse(column.AsSpan(0, close), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) (cpu, task) = (number, column[(close + 1)..].Trim());
            else if (cpu is null && column.Contains('.', StringComparison.Ordinal) && !column.AsSpan().ContainsAnyExcept(TimeDigits)) time = column;
        }

        if (cpu is not { } known || known is < 0 or > 100_000) return null;
        if (!IsTask(task)) task = _tasks.GetValueOrDefault(known);
        var payload = Encoding.UTF8.GetString(text[..^2]).TrimEnd();
        return task is not null ? string.Create(CultureInfo.InvariantCulture, $"{task} [{known:d3}] {(time is null ? "" : time + ": ")}{payload}")
            : time is not null ? string.Create(CultureInfo.InvariantCulture, $"[{known:d3}] {time}: {payload}")
            : string.Create(CultureInfo.InvariantCulture, $"CPU {known}: {payload}");
    }

    /// <summary><c> 2)  qemu-kvm-3927   =>   swapper-0</c>.</summary>
    private void Switch(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line);
        var close = text.IndexOf(')', StringComparison.Ordinal);
        if (close <= 0 || !int.TryParse(text.AsSpan(0, close), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var cpu) || cpu is < 0 or > 100_000) return;
        var task = text[(text.IndexOf(" => ", StringComparison.Ordinal) + 4)..].Trim();
        if (IsTask(task)) _tasks[cpu] = task;
    }

    private static bool IsTask(string? task) =>
        task is not null && task.LastIndexOf('-') is > 0 and var dash && dash < task.Length - 1 && !task.AsSpan(dash + 1).ContainsAnyExceptInRange('0', '9');
}
