using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Lines of ftrace's own tracers and of its further options.</summary>
internal static partial class EnvelopeReader
{
    /// <summary>comm, pid, CPU, flags, preempt count, number of the entry: what stands before the verbose time but the comm.</summary>
    private const int VerboseColumns = 5;

    private static readonly System.Buffers.SearchValues<byte> MiscLetters = System.Buffers.SearchValues.Create("KUHGgMESp"u8);

    /// <summary>
    /// ftrace's options latency-format and verbose: <c>comm  3927   0 0 00000001 00000012 [7f557c594] 34180941.204ms (+0.030ms): event:</c>;
    /// of a clock that is not nanoseconds <c>[000050b5746d39ce] 48352044 (+182260): event:</c>. In brackets stands the time itself, in
    /// microseconds or ticks, in hexadecimal; behind them how long the tracer has been at work.
    /// </summary>
    private static bool TryVerbose(ReadOnlySpan<byte> line, int start, ref Envelope e)
    {
        var bracket = line[..Math.Min(line.Length, MaxTaskLength)].IndexOf((byte)'[');
        if (bracket <= start) return false;
        var at = bracket + 1;
        if (!ByteText.TryHex(line, ref at, out var time) || at - bracket - 1 < 8 || at >= line.Length || line[at] != ']') return false;
        var length = line[at..].IndexOf("): "u8);
        if (length <= 0) return false;
        var close = at + length;
        var stamp = line[(at + 1)..close];
        var isTime = stamp.EndsWith("ms"u8);
        if (stamp.IndexOf(" (+"u8) <= 0 || stamp.Trim(" (+.ms0123456789"u8).Length > 0 || time > long.MaxValue / 1000) return false;

        var column = TrimEnd(line, bracket);
        long cpu = -1, tid = -1;
        for (var i = 0; i < VerboseColumns; i++)
        {
            var last = column;
            while (column > start && !ByteText.IsBlank(line[column - 1])) column--;
            var digits = 0;
            var token = line[column..last];
            if (i < 2 ? token.Length != 8 || token.IndexOfAnyExcept(HexDigits) >= 0 : !ByteText.TryDecimal(token, ref digits, out _) || digits != token.Length) return false;
            digits = 0;
            if (i == 3 && ByteText.TryDecimal(token, ref digits, out var number) && number <= 100_000) cpu = (long)number;
            if (i == 4 && ByteText.TryDecimal(token, ref digits, out number) && number <= int.MaxValue) tid = (long)number;
            column = TrimEnd(line, column);
        }

        if (cpu < 0 || tid < 0 || column <= start) return false;
        e.Cpu = (int)cpu;
        e.Tid = (int)tid;
        e.Form = EnvelopeForm.Flags;
        e.HasFlags = true;
        SetComm(line, column, ref e);
        e.Time = isTime ? (long)time * 1000 : (long)time;
        e.TimeForm = isTime ? TimeForm.Seconds : TimeForm.Ticks;
        return TryEvent(line, ByteText.SkipBlanks(line, close + 2), ref e);
    }

    /// <summary>
    /// What a tracer prints in place of an event: a function without its caller (<c>kvm_vcpu_kick+0x10/0x20</c>, <c>kvm_vcpu_kick &lt;ffffffffc0123456&gt;</c>), or a
    /// row of its own (<c>#1 inner/outer(us): 11/11</c>, <c>0:120:R ==&gt; [002] 3927: 98:R qemu</c>, <c>UNKNOWN TYPE 5</c>).
    /// </summary>
    private static bool IsOfTracer(ReadOnlySpan<byte> rest, ref Envelope e)
    {
        if (rest.IndexOf("kvm_"u8) < 0 && (ByteText.IsDigit(rest[0]) || rest.StartsWith("UNKNOWN TYPE "u8) || (rest[0] == '#' && rest.Length > 1 && ByteText.IsDigit(rest[1]))))
            return e.IsUnnamed = true;
        var at = 0;
        while (at < rest.Length && IsNameByte(rest[at])) at++;
        if (at == 0 || ByteText.IsDigit(rest[0])) return false;
        if (rest[at..].StartsWith("+0x"u8)) return rest[(at + 1)..].IndexOfAny((byte)' ', (byte)':') < 0;
        return rest[at..].StartsWith(" <"u8) && rest[^1] == '>' && rest[(at + 2)..^1].IndexOfAnyExcept(HexDigits) < 0;
    }

    /// <summary>
    /// The kernel's log before an event that it prints itself (the parameter tp_printk): <c>[  673.850218] </c>, and with its callers
    /// <c>[  673.850218][ T3927] </c> or <c>[    C2]</c>, a thread or a CPU. Returns where the event begins, or -1.
    /// </summary>
    private static int BehindCaller(ReadOnlySpan<byte> line, int at, ref Envelope e)
    {
        if (line[at] != '[') return -1;
        var close = line[at..].IndexOf((byte)']');
        if (close < 0 || line.Slice(at, close).IndexOf((byte)'.') < 0 || line.Slice(at + 1, close - 1).Trim(" .0123456789"u8).Length > 0) return -1;
        var caller = at + close + 1;
        if (caller >= line.Length || line[caller] != '[') return -1;
        caller = ByteText.SkipBlanks(line, caller + 1);
        if (caller >= line.Length || line[caller] is not ((byte)'T' or (byte)'C')) return -1;
        var isCpu = line[caller++] == 'C';
        if (!ByteText.TryDecimal(line, ref caller, out var number) || number > int.MaxValue || caller >= line.Length || line[caller] != ']') return -1;
        if (isCpu) e.Cpu = (int)number;
        else e.Tid = (int)number;
        return ByteText.SkipBlanks(line, caller + 1);
    }

    /// <summary>perf script -F misc: where the sample was taken (<c>K</c>, <c>G</c>, …) and what a record of perf's own says (<c>S</c>, <c>E</c>, <c>M</c>).</summary>
    private static bool IsMisc(ReadOnlySpan<byte> token) => token.Length is 1 or 2 && token.IndexOfAnyExcept(MiscLetters) < 0;

    /// <summary>perf script without times: its task stands at the right of sixteen columns, with a thread behind it or not.</summary>
    private static bool TryPerfTask(ReadOnlySpan<byte> line, int name, ref Envelope e)
    {
        if (name <= CommWidth || !ByteText.IsBlank(line[CommWidth])) return false;
        var comm = line[..CommWidth].Trim((byte)' ');
        if (comm.IsEmpty || ByteText.IsBlank(line[CommWidth - 1]) || comm.Contains((byte)':') || !ByteText.IsBlank(line[0])) return false;
        var rest = line[CommWidth..name].Trim((byte)' ');
        var digits = 0;
        if (!rest.IsEmpty && (!ByteText.TryDecimal(rest, ref digits, out _) || digits != rest.Length)) return false;
        digits = 0;
        if (!TryKnownName(line, name, ref e)) return false;
        if (!rest.IsEmpty && ByteText.TryDecimal(rest, ref digits, out var tid) && tid <= int.MaxValue) e.Tid = (int)tid;
        e.CommStart = CommWidth - comm.Length;
        e.CommLength = comm.Length;
        return true;
    }

    /// <summary>An event of KVM's, behind perf's period or not.</summary>
    private static bool TryKnownOrCounted(ReadOnlySpan<byte> line, int at, ref Envelope e) =>
        TryKnownName(line, at, ref e) || (TryCounted(line, at, ref e) && TryKnownName(line, e.NameStart, ref e));
}
