using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>
/// Reads what stands before the payload. The common form (<c>comm-pid [cpu] flags time: event:</c>) is tried first and is
/// found from its <c>[digits]</c>, because a comm may hold blanks, dashes, brackets, slashes and digits.
/// </summary>
internal static partial class EnvelopeReader
{
    private const int MaxNameLength = 100;
    private const int CommWidth = 16;
    private const int LatencyCommWidth = 8;

    /// <summary>The CPU column stands before this; a comm has 15 bytes and an instance (or file) name 255.</summary>
    private const int MaxTaskLength = 512;

    private static readonly System.Buffers.SearchValues<byte> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef"u8);

    public static bool TryRead(ReadOnlySpan<byte> line, ref Envelope e) =>
        TryBracketed(line, ref e) || TryUnbracketed(line, ref e);

    /// <summary>
    /// Reads a line whose task and CPU columns are byte for byte those of <paramref name="known"/>, a line read before:
    /// only flags, time and event are left to read. The reading is the same as <see cref="TryRead"/>'s.
    /// </summary>
    public static bool TryReadAs(in Envelope known, ReadOnlySpan<byte> line, ref Envelope e, out int nameAt)
    {
        e = known;
        if (known.Form == EnvelopeForm.Flags) e.Form = EnvelopeForm.TraceCmd;
        nameAt = Moment(line, known.HeadLength, ref e);
        return nameAt >= 0;
    }

    /// <summary>What follows the time: the event, or nothing where the line was wrapped there.</summary>
    public static bool TryEvent(ReadOnlySpan<byte> line, int at, ref Envelope e)
    {
        e.IsUnnamed = false;

        // With neither time nor flags a reference in a mail ("v6-12 [1] note:") would be an event.
        if (e.TimeForm == TimeForm.None && !e.HasFlags) return TryKnownName(line, at, ref e);
        if (TryName(line, at, ref e) || (e.Form == EnvelopeForm.Perf && TryCounted(line, at, ref e))) return true;
        if (e.TimeForm == TimeForm.None) return false;
        e.NameStart = at;
        e.PayloadStart = at;
        e.NameLength = 0;
        if (at >= line.Length)
        {
            e.Form = EnvelopeForm.NameMissing;
            return true;
        }

        // The last line of a cut dump may hold the bare name: "… 83184.290416: kvm_exit".
        var rest = line[at..].TrimEnd(" \t\r"u8);
        if (IsName(rest))
        {
            e.NameLength = rest.Length;
            e.PayloadStart = line.Length;
            return true;
        }

        // The function tracer prints "callee <-caller" without an event name.
        return line[at..].IndexOf("<-"u8) > 0 || (e.HasFlags && IsOfTracer(rest, ref e));
    }

    /// <summary>An event's name at the beginning of a line, whatever it is: the rest of a line that was wrapped there.</summary>
    public static bool TryNameAlone(ReadOnlySpan<byte> line, ref Envelope e)
    {
        e = default;
        e.Tid = e.Cpu = -1;
        e.Form = EnvelopeForm.Bare;
        return TryName(line, ByteText.SkipBlanks(line, 0), ref e);
    }

    /// <summary>perf script -F period puts a number before the event: <c>1 kvm:kvm_exit:</c>.</summary>
    private static bool TryCounted(ReadOnlySpan<byte> line, int at, ref Envelope e)
    {
        var digits = at;
        while (digits < line.Length && ByteText.IsDigit(line[digits])) digits++;
        return digits > at && digits < line.Length && ByteText.IsBlank(line[digits]) && TryName(line, ByteText.SkipBlanks(line, digits), ref e);
    }

    private static bool TryBracketed(ReadOnlySpan<byte> line, ref Envelope e)
    {
        var from = 0;
        while (true)
        {
            // Bounded, so that a line full of brackets costs no more than its length.
            var head = line[..Math.Min(line.Length, MaxTaskLength)];
            var bracket = from >= head.Length ? -1 : head[from..].IndexOf((byte)'[');
            if (bracket < 0) return false;
            bracket += from;
            var at = bracket + 1;
            var cpu = 0;
            while ((uint)at < (uint)line.Length && ByteText.IsDigit(line[at]) && at - bracket <= 6) cpu = (cpu * 10) + line[at++] - '0';
            if (at > bracket + 1 && at < line.Length && line[at] == ']' && bracket > 0)
            {
                e.Cpu = cpu;
                if (TryTask(line, bracket, ref e) && TryTail(line, at + 1, ref e))
                {
                    e.HeadLength = at + 1;
                    return true;
                }
            }

            from = bracket + 1;
        }
    }

    /// <summary>The task before the bracket: <c>comm-pid</c>, <c>comm-pid (tgid)</c>, or perf's <c>comm pid[/tid] (flags)</c>.</summary>
    private static bool TryTask(ReadOnlySpan<byte> line, int bracket, ref Envelope e)
    {
        var end = TrimEnd(line, bracket);
        if (end > 0 && line[end - 1] == ')')
        {
            // ftrace's record-tgid column: (12345) or (-------)
            var open = line[..end].LastIndexOf((byte)'(');
            if (open <= 0) return false;
            end = TrimEnd(line, open);
        }
        else if (end > 0 && !ByteText.IsDigit(line[end - 1]) && end < bracket)
        {
            // perf-prof prints its flags before the CPU.
            var flags = end;
            while (flags > 0 && !ByteText.IsBlank(line[flags - 1])) flags--;
            if (!IsFlags(line[flags..end])) return false;
            end = TrimEnd(line, flags);
        }

        var digits = end;
        var tid = 0L;
        var scale = 1L;
        while (digits > 0 && ByteText.IsDigit(line[digits - 1]) && scale < 10_000_000_000L)
        {
            tid += (line[digits - 1] - '0') * scale;
            scale *= 10;
            digits--;
        }

        if (digits == end || tid > int.MaxValue) return false;
        e.Tid = (int)tid;
        if (digits == 0)
        {
            // perf script -F tid,cpu,time,event,trace
            e.Form = EnvelopeForm.Perf;
            e.CommStart = e.CommLength = e.BufferLength = 0;
            return true;
        }

        if (line[digits - 1] == '-')
        {
            e.Form = EnvelopeForm.TraceCmd;
            SetComm(line, digits - 1, ref e);
            return true;
        }

        if (line[digits - 1] == '/')
        {
            // perf script -F pid,tid: pid/tid
            digits--;
            while (digits > 0 && ByteText.IsDigit(line[digits - 1])) digits--;
            if (digits == 0) return false;
        }

        if (!ByteText.IsBlank(line[digits - 1])) return false;
        e.Form = EnvelopeForm.Perf;
        SetComm(line, digits, ref e);
        return true;
    }

    /// <summary>Flags, time, event behind the CPU column.</summary>
    private static bool TryTail(ReadOnlySpan<byte> line, int at, ref Envelope e)
    {
        at = Moment(line, at, ref e);
        return at >= 0 && TryEvent(line, at, ref e);
    }

    /// <summary>Flags and time behind the CPU column; returns where the event's name begins, or -1.</summary>
    private static int Moment(ReadOnlySpan<byte> line, int at, ref Envelope e)
    {
        at = ByteText.SkipBlanks(line, at);
        if ((uint)at >= (uint)line.Length) return -1;
        e.TimeForm = TimeForm.None;
        e.HasFlags = false;
        if (!TryTime(line, ref at, ref e))
        {
            var start = at;
            var flags = ByteText.Token(line, ref at);
            if (IsFlags(flags))
            {
                e.HasFlags = true;
                if (e.Form == EnvelopeForm.TraceCmd) e.Form = EnvelopeForm.Flags;
                at = ByteText.SkipBlanks(line, at);
                TryTime(line, ref at, ref e);
            }
            else if (GluedFlags(flags) is > 0 and var glued)
            {
                e.HasFlags = true;
                if (e.Form == EnvelopeForm.TraceCmd) e.Form = EnvelopeForm.Flags;
                at = start + glued;
                TryTime(line, ref at, ref e);
            }
            else if (e.Form == EnvelopeForm.Perf && IsMisc(flags))
            {
                at = ByteText.SkipBlanks(line, at);
                TryTime(line, ref at, ref e);
            }
            else
            {
                at = start;
            }
        }

        at = ByteText.SkipBlanks(line, at);
        at = SkipDifference(line, at);
        return e.TimeForm == TimeForm.None ? SkipLeftOut(line, at) : at;
    }

    /// <summary>A time that was left out by hand: <c>...:</c>.</summary>
    private static int SkipLeftOut(ReadOnlySpan<byte> line, int at)
    {
        var end = at;
        while (end < line.Length && line[end] == '.') end++;
        return end > at && end < line.Length && line[end] == ':' ? ByteText.SkipBlanks(line, end + 1) : at;
    }

    /// <summary>trace-cmd report -l: <c>comm-pid   0d..1.  19.845911: event:</c>.</summary>
    private static bool TryLatency(ReadOnlySpan<byte> line, int start, ref Envelope e)
    {
        var from = start;
        while (true)
        {
            var head = line[..Math.Min(line.Length, MaxTaskLength)];
            var dash = from >= head.Length ? -1 : head[from..].IndexOf((byte)'-');
            if (dash < 0) return false;
            dash += from;
            from = dash + 1;
            var at = dash + 1;
            if (!ByteText.TryDecimal(line, ref at, out var tid) || tid > int.MaxValue || line[dash + 1] == '-') continue;
            if (at >= line.Length || !ByteText.IsBlank(line[at])) continue;
            at = ByteText.SkipBlanks(line, at);
            var column = ByteText.Token(line, ref at);
            var digits = 0;
            if (!ByteText.TryDecimal(column, ref digits, out var cpu) || cpu > 100_000) continue;
            if (GluedFlags(column[digits..]) is > 0 and var glued) at += digits + glued - column.Length;
            else if (!IsFlags(column[digits..])) continue;
            at = ByteText.SkipBlanks(line, at);
            if (!TryTime(line, ref at, ref e)) continue;
            e.Tid = (int)tid;
            e.Cpu = (int)cpu;
            e.Form = EnvelopeForm.Latency;
            e.HasFlags = true;
            SetComm(line, dash, ref e);
            at = ByteText.SkipBlanks(line, at);
            at = SkipDifference(line, at);

            return TryEvent(line, at, ref e);
        }
    }

    /// <summary>trace-cmd report --ts-diff puts <c>(+304068)</c> behind the time.</summary>
    private static int SkipDifference(ReadOnlySpan<byte> line, int at)
    {
        if (at + 1 >= line.Length || line[at] != '(' || line[at + 1] != '+') return at;
        var close = line[at..].IndexOf((byte)')');
        return close > 0 ? ByteText.SkipBlanks(line, at + close + 1) : at;
    }

    /// <summary><c>digits[.digits]:</c>; nothing is consumed where it is no time.</summary>
    private static bool TryTime(ReadOnlySpan<byte> line, ref int at, ref Envelope e)
    {
        var i = at;
        long whole = 0;
        while ((uint)i < (uint)line.Length && ByteText.IsDigit(line[i]))
        {
            if (whole > 900_000_000_000_000_000L) return false;
            whole = (whole * 10) + line[i++] - '0';
        }

        if (i == at || (uint)i >= (uint)line.Length) return false;
        if (line[i] == ':')
        {
            e.Time = whole;
            e.TimeForm = TimeForm.Ticks;
            at = i + 1;
            return true;
        }

        if (line[i] == 'u') return TryMicroseconds(line, i, whole, ref at, ref e);
        if (line[i] != '.' || whole > 9_000_000_000L) return false;
        i++;
        long fraction = 0;
        var scale = 1_000_000_000L;
        var digits = i;
        while ((uint)i < (uint)line.Length && ByteText.IsDigit(line[i]))
        {
            if (scale > 1)
            {
                fraction = (fraction * 10) + line[i] - '0';
                scale /= 10;
            }

            i++;
        }

        if (i == digits || (uint)i >= (uint)line.Length || line[i] != ':') return false;
        e.WholeNs = whole * 1_000_000_000L;
        e.Time = e.WholeNs + (fraction * scale);
        e.TimeForm = TimeForm.Seconds;
        e.FractionStart = digits;
        e.FractionDigits = i - digits;
        at = i + 1;
        return true;
    }

    /// <summary>A buffer dumped by a crashing kernel, and latency tracers: <c>4327371276us :</c>, with a mark where it took long (<c>12us+:</c>).</summary>
    private static bool TryMicroseconds(ReadOnlySpan<byte> line, int unit, long whole, ref int at, ref Envelope e)
    {
        if (!line[unit..].StartsWith("us"u8) || whole > 9_000_000_000_000_000L) return false;
        var colon = unit + 2;
        if (colon < line.Length && line[colon] != ':') colon++;
        if (colon >= line.Length || line[colon] != ':') return false;
        e.Time = whole * 1_000;
        e.TimeForm = TimeForm.Seconds;
        at = colon + 1;
        return true;
    }

    /// <summary><c>[system:]event:</c> and what follows.</summary>
    private static bool TryName(ReadOnlySpan<byte> line, int at, ref Envelope e)
    {
        var start = at;
        var i = at;
        while ((uint)i < (uint)line.Length && IsNameByte(line[i])) i++;
        if (i == start || (uint)i >= (uint)line.Length || line[i] != ':' || ByteText.IsDigit(line[start])) return false;
        if (i + 1 < line.Length && IsNameByte(line[i + 1]) && !ByteText.IsDigit(line[i + 1]))
        {
            // perf's system:event:
            var second = i + 1;
            while ((uint)second < (uint)line.Length && IsNameByte(line[second])) second++;
            if ((uint)second < (uint)line.Length && line[second] == ':')
            {
                start = i + 1;
                i = second;
            }
        }

        if (i - start > MaxNameLength) return false;
        e.NameStart = start;
        e.NameLength = i - start;
        e.PayloadStart = i + 1;
        return true;
    }

    /// <summary>Without an envelope only names that begin like KVM's are events; a mail has many a word with a colon.</summary>
    private static bool TryKnownName(ReadOnlySpan<byte> line, int at, ref Envelope e)
    {
        if (!TryName(line, at, ref e)) return false;
        var name = line.Slice(e.NameStart, e.NameLength);
        if (name.SequenceEqual("kvm_intel"u8) || name.SequenceEqual("kvm_amd"u8)) return false; // modules, in the kernel's log
        return name.StartsWith("kvm_"u8) || name.SequenceEqual("vcpu_match_mmio"u8) || name.SequenceEqual("fast_page_fault"u8)
            || name.SequenceEqual("mark_mmio_spte"u8) || name.SequenceEqual("handle_mmio_page_fault"u8) || name.SequenceEqual("check_mmio_spte"u8);
    }

    private static void SetComm(ReadOnlySpan<byte> line, int end, ref Envelope e)
    {
        var start = ByteText.SkipBlanks(line[..end], 0);
        if (e.Form == EnvelopeForm.Perf) start = SkipDate(line[..end], start);
        e.BufferLength = 0;
        var comm = line[start..end];
        var colon = comm.IndexOf((byte)':');
        if (colon > 0 && colon + 1 < comm.Length && comm[..colon].ContainsAnyExceptInRange((byte)'0', (byte)'9') && ByteText.IsBlank(comm[colon + 1]) && comm[..colon].IndexOf((byte)' ') < 0
            && (comm.Length - colon - 2 >= (e.Form == EnvelopeForm.Latency ? LatencyCommWidth : CommWidth) || comm.TrimEnd((byte)' ').Length >= CommWidth))
        {
            // trace-cmd puts the instance (or the file, where several are read) before the task. A comm may hold a colon
            // and a blank too ("tmux: server"), but is shorter than the column it is padded to.
            e.BufferStart = start;
            e.BufferLength = colon;
            start = ByteText.SkipBlanks(line[..end], start + colon + 1);
        }

        // A comm has 15 bytes and stands at the right of 16 columns (8 with -l): what is before them in a longer one is a
        // prefix of a log, a line number or a mark of a mail. Blanks collapsed by a mail leave no columns to go by.
        var width = e.Form == EnvelopeForm.Latency ? LatencyCommWidth : CommWidth;
        e.PrefixLength = 0;
        if (end - start > CommWidth && (e.Form == EnvelopeForm.Latency || ByteText.IsBlank(line[end - width])))
        {
            start = ByteText.SkipBlanks(line[..end], end - width);
            e.PrefixLength = end - width;
        }
        else if (LogPrefix.BeforeTask(line[start..end]) is > 0 and var before)
        {
            start += before;
            e.PrefixLength = start;
        }

        var last = TrimEnd(line, end);
        e.CommStart = start;
        e.CommLength = Math.Max(0, last - start);
    }

    /// <summary>perf-prof begins with the wall clock: <c>2022-04-22 17:39:26.535148</c>.</summary>
    private static int SkipDate(ReadOnlySpan<byte> line, int start)
    {
        const string Form = "dddd-dd-dd dd:dd:dd.";
        if (line.Length - start < Form.Length) return start;
        for (var i = 0; i < Form.Length; i++)
            if (Form[i] == 'd' ? !ByteText.IsDigit(line[start + i]) : line[start + i] != Form[i]) return start;
        var at = start + Form.Length;
        while (at < line.Length && ByteText.IsDigit(line[at])) at++;
        return ByteText.SkipBlanks(line, at);
    }

    private static int TrimEnd(ReadOnlySpan<byte> line, int end)
    {
        while (end > 0 && ByteText.IsBlank(line[end - 1])) end--;
        return end;
    }

    private static bool IsName(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Length > MaxNameLength || ByteText.IsDigit(text[0])) return false;
        foreach (var b in text)
            if (!IsNameByte(b)) return false;
        return true;
    }

    private static bool IsNameByte(byte b) => (uint)((b | 0x20) - 'a') < 26 || ByteText.IsDigit(b) || b == '_';

    /// <summary>
    /// The length of flags that a long time of an integer clock touches (<c>d..1.109734826294:</c>, <c>-0x1109734826294:</c>): five, or
    /// <c>-0x</c> and a digit; 0 where it is no such token. Two depths besides an integer clock cannot be told from one.
    /// </summary>
    private static int GluedFlags(ReadOnlySpan<byte> token)
    {
        var length = token.StartsWith("-0x"u8) ? 4 : 5;
        if (token.Length <= length + 1 || token[^1] != ':') return 0;
        // Only the depths are digits, or a time in seconds would do.
        return (length == 4 || !token[..3].ContainsAnyInRange((byte)'0', (byte)'9')) && IsFlags(token[..length]) && !token[length..^1].ContainsAnyExceptInRange((byte)'0', (byte)'9') ? length : 0;
    }

    /// <summary>Latency flags: irqs-off, need-resched, context, preemption and migration depth; <c>trace-cmd report -R</c> of 3.4 (of 3.1 with -l) has the depths alone, as <c>-0x26</c>.</summary>
    private static bool IsFlags(ReadOnlySpan<byte> token)
    {
        if (token.Length is < 2 or > 8) return false;
        if (token.StartsWith("-0x"u8)) return token.Length > 3 && token[3..].IndexOfAnyExcept(HexDigits) < 0;
        foreach (var b in token)
            if (b != '.' && !ByteText.IsDigit(b) && "dDXbBnNpPlLhHsSzZ*#+?"u8.IndexOf(b) < 0) return false;
        return true;
    }
}
