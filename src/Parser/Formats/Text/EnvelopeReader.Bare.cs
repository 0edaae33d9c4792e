using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Lines without a CPU column: cut down by hand, or by <c>perf script -F</c>.</summary>
internal static partial class EnvelopeReader
{
    private static bool TryUnbracketed(ReadOnlySpan<byte> line, ref Envelope e)
    {
        e.HeadLength = e.PrefixLength = 0;
        e.Tid = -1;
        e.Cpu = -1;
        e.TimeForm = TimeForm.None;
        e.Form = EnvelopeForm.Bare;
        e.CommStart = e.CommLength = e.BufferLength = 0;
        var at = ByteText.SkipBlanks(line, 0);
        if ((uint)at >= (uint)line.Length) return false;
        if (TryLatency(line, at, ref e) || TryVerbose(line, at, ref e)) return true;

        // A bare event, a bare time, "CPU 0:", or "comm time:" before the event.
        e.Tid = -1;
        e.Cpu = -1;
        e.Form = EnvelopeForm.Bare;
        e.HasFlags = false;
        e.CommLength = 0;
        var number = at;
        at = BehindCaller(line, at, ref e) is > 0 and var called ? called : LogPrefix.BehindNumber(line, at);
        if (at > number) e.PrefixLength = at;
        if (TryKnownName(line, at, ref e))
        {
            if (at > number) TryStamp(line, number, ref e);
            return true;
        }

        var head = at;
        if (line[head..].StartsWith("CPU "u8))
        {
            var digits = ByteText.SkipBlanks(line, head + 4);
            if (ByteText.TryDecimal(line, ref digits, out var cpu) && cpu < 100_000 && digits < line.Length && line[digits] == ':')
            {
                e.Cpu = (int)cpu;
                return TryKnownName(line, ByteText.SkipBlanks(line, digits + 1), ref e);
            }
        }

        if (line[head] == '[')
        {
            // perf script -F cpu,time,event,trace
            var digits = head + 1;
            if (ByteText.TryDecimal(line, ref digits, out var cpu) && cpu < 100_000 && digits < line.Length && line[digits] == ']')
            {
                e.Cpu = (int)cpu;
                head = ByteText.SkipBlanks(line, digits + 1);
            }
        }

        if (TryTime(line, ref head, ref e) && e.TimeForm != TimeForm.None)
        {
            if (!TryKnownOrCounted(line, ByteText.SkipBlanks(line, head), ref e)) return false;
            if (at > number && e.Cpu < 0) TryThread(line[number..at], ref e);
            return true;
        }

        var token = at;
        for (var words = 0; words < 4 && token < line.Length; words++)
        {
            ByteText.Token(line, ref token);
            var commEnd = token;
            token = ByteText.SkipBlanks(line, token);
            if (line[commEnd - 1] == ':' && TryKnownName(line, token, ref e))
            {
                // A time was cut out, the task was not: "kvm_pv_test-53132: kvm_hypercall: …".
                SplitTask(line[at..(commEnd - 1)], at, ref e);
                if (e.Tid >= 0) return true;
                break;
            }

            var time = token;
            if (!TryTime(line, ref time, ref e)) continue;
            if (!TryKnownOrCounted(line, ByteText.SkipBlanks(line, time), ref e)) continue;
            SplitTask(line[at..commEnd], at, ref e);
            return true;
        }

        e.TimeForm = TimeForm.None;
        e.CommStart = e.CommLength = 0;
        e.Tid = e.Cpu = -1;
        if (at >= line.Length) return false;
        var name = line[..Math.Min(line.Length, MaxTaskLength)].IndexOf("kvm_"u8);
        if (name > at && line[..name].EndsWith("kvm:"u8))
        {
            name -= 4;
            if (TryPerfTask(line, name, ref e)) return true;
        }

        if (name <= at || !LogPrefix.IsWhole(line[at..name]) || !TryKnownName(line, name, ref e)) return false;
        e.PrefixLength = name;
        return true;
    }

    /// <summary>A kernel log's time, <c>[  673.850218] </c>, where the event has no other (the parameter tp_printk).</summary>
    private static void TryStamp(ReadOnlySpan<byte> line, int at, ref Envelope e)
    {
        if (line[at] != '[') return;
        at = ByteText.SkipBlanks(line, at + 1);
        if (!ByteText.TryDecimal(line, ref at, out var seconds) || seconds > 9_000_000_000 || at + 7 >= line.Length || line[at] != '.' || line[at + 7] != ']') return;
        var digits = ++at;
        if (!ByteText.TryDecimal(line, ref at, out var fraction) || at - digits != 6) return;
        e.Time = ((long)seconds * 1_000_000_000) + ((long)fraction * 1000);
        e.TimeForm = TimeForm.Seconds;
    }

    /// <summary>perf script -F tid,time,event,trace: a number alone before the time. Tools that number lines put a tab or a mark behind it.</summary>
    private static void TryThread(ReadOnlySpan<byte> column, ref Envelope e)
    {
        var text = column.Trim((byte)' ');
        var at = 0;
        if (text.IsEmpty || !ByteText.TryDecimal(text, ref at, out var tid) || at != text.Length || tid > int.MaxValue) return;
        e.Tid = (int)tid;
        e.PrefixLength = 0;
    }

    /// <summary>A task without a CPU behind it: <c>comm-pid</c>, perf's <c>comm pid</c> (a comm may end in one digit: <c>fc_vcpu 0</c>), or a comm alone.</summary>
    private static void SplitTask(ReadOnlySpan<byte> task, int start, ref Envelope e)
    {
        var bracket = task.LastIndexOf((byte)'[');
        var column = bracket + 1;
        if (bracket > 0 && task[^1] == ']' && ByteText.TryDecimal(task, ref column, out var cpu) && column == task.Length - 1 && cpu < 100_000)
        {
            // "microkvm [012] 98222.234315:": the task's number alone was cut out.
            e.Cpu = (int)cpu;
            task = task[..bracket].TrimEnd((byte)' ');
        }

        if (task.LastIndexOf((byte)' ') is > 0 and var blank && IsMisc(task[(blank + 1)..]) && task[..blank].TrimEnd((byte)' ') is [.., >= (byte)'0' and <= (byte)'9'] thread) task = thread;
        var before = LogPrefix.BeforeTask(task);
        task = task[before..];
        start += before;
        if (before > 0) e.PrefixLength = start;
        e.CommStart = start;
        e.CommLength = task.Length;
        var digits = task.Length;
        while (digits > 0 && ByteText.IsDigit(task[digits - 1])) digits--;
        if (digits == 0 && !task.IsEmpty)
        {
            TryThread(task, ref e);
            if (e.Tid >= 0) e.CommLength = 0;
            return;
        }

        var at = digits;
        if (digits < 2 || !ByteText.TryDecimal(task, ref at, out var tid) || tid > int.MaxValue) return;
        if (task[digits - 1] == '/')
        {
            // perf script -F pid,tid
            var process = digits - 1;
            while (process > 0 && ByteText.IsDigit(task[process - 1])) process--;
            if (process < digits - 1 && process > 1 && task[process - 1] == ' ') digits = process;
        }

        if (task[digits - 1] != '-' && (task[digits - 1] != ' ' || task.Length - digits < 2)) return;
        e.Tid = (int)tid;
        e.CommLength = task[..(digits - 1)].TrimEnd((byte)' ').Length;
    }
}
