using System.Globalization;
using System.Text;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Reads single options; the same in both versions but for BUFFER.</summary>
internal sealed class OptionReader(DatMeta meta)
{
    public const int Done = 0;
    private const int Date = 1;
    private const int CpuStat = 2;
    public const int Buffer = 3;
    private const int TraceClock = 4;
    private const int Uname = 5;
    private const int Hook = 6;
    private const int Offset = 7;
    private const int CpuCount = 8;
    private const int Version = 9;
    private const int ProcMaps = 10;
    private const int TraceId = 11;
    private const int TimeShiftOption = 12;
    private const int Guest = 13;
    private const int Tsc2Nsec = 14;
    public const int HeaderInfo = 16;
    public const int FtraceEvents = 17;
    public const int EventFormats = 18;
    public const int Kallsyms = 19;
    public const int Printk = 20;
    public const int Cmdlines = 21;
    public const int BufferText = 22;
    private const int LastKnownSection = 24;

    /// <summary>More CPUs than any machine has mean damage.</summary>
    public const int MaxCpus = 65536;

    public void Read(int id, byte[] data, long at)
    {
        var ok = Take(id, data, out var known);
        if (!known) meta.Health.Count(TraceDatHealth.UnknownOption, at);
        else if (!ok) meta.Health.Count(TraceDatHealth.BadOption, at);
    }

    private bool Take(int id, byte[] data, out bool known)
    {
        known = true;
        var options = meta.Options;
        var cursor = new DatCursor(DatSource.FromBytes(data), 0, data.Length, meta.BigEndian);
        switch (id)
        {
            case Date:
                if (!TryNumber(Text(data), out var micros)) return false;
                options.TimeOffset = unchecked(options.TimeOffset + (micros * 1000));
                return true;
            case Offset:
                if (!TryNumber(Text(data), out var offset)) return false;
                options.TimeOffset = unchecked(options.TimeOffset + offset);
                return true;
            case CpuStat:
                options.CpuStats.Add(Text(data));
                return true;
            case TraceClock:
                options.HasClockOption = true;
                options.Clock = ChosenClock(Text(data)) ?? options.Clock;
                return true;
            case Uname:
                options.Uname = Text(data);
                return true;
            case Version:
                options.RecorderVersion = Text(data);
                return true;
            case Hook:
                options.Hooks.Add(Text(data));
                return true;
            case ProcMaps:
                options.ProcMaps = Text(data);
                return true;
            case CpuCount:
                if (!cursor.TryU32(out var cpus) || cpus > MaxCpus) return false;
                meta.CpuCount = (int)cpus;
                return true;
            case TraceId:
                if (!cursor.TryU64(out var traceId)) return false;
                options.TraceId = traceId;
                return true;
            case TimeShiftOption:
                return TakeShift(cursor);
            case Guest:
                return TakeGuest(cursor);
            case Tsc2Nsec:
                if (!cursor.TryU32(out var mult) || !cursor.TryU32(out var shift) || shift > 32) return false;
                options.TscMult = mult;
                options.TscShift = (int)shift;
                return true;
            case Buffer when meta.Version < 7:
                if (!cursor.TryU64(out var where) || !cursor.TryString(out var name)) return false;
                options.Instances.Add((name, (long)where));
                return true;
            case >= HeaderInfo and <= LastKnownSection:
                if (!cursor.TryU64(out var section)) return false;
                options.Sections[id] = (long)section;
                return true;
            default:
                known = false;
                return true;
        }
    }

    private bool TakeShift(DatCursor cursor)
    {
        if (!cursor.TryU64(out var peer) || !cursor.TryU32(out var flags) || !cursor.TryU32(out var cpus) || cpus > MaxCpus) return false;
        var all = new List<(ulong[] Time, ulong[] Offset, ulong[] Scaling)>();
        for (var cpu = 0u; cpu < cpus; cpu++)
        {
            if (!cursor.TryU32(out var count) || count > cursor.Left / 24) return false;
            var columns = (new ulong[count], new ulong[count], new ulong[count]);
            if (!TryColumn(cursor, columns.Item1) || !TryColumn(cursor, columns.Item2) || !TryColumn(cursor, columns.Item3)) return false;
            all.Add(columns);
        }

        var shifts = new List<ShiftSample[]>();
        foreach (var (time, offset, scaling) in all)
        {
            // Files of trace-cmd before 3.0 end here and mean no fraction.
            var fraction = new ulong[time.Length];
            if (cursor.Left > 0 && !TryColumn(cursor, fraction)) return false;
            var samples = new SortedDictionary<long, ShiftSample>();
            for (var i = 0; i < time.Length; i++) samples.TryAdd((long)time[i], new ShiftSample((long)time[i], (long)offset[i], scaling[i], (int)(fraction[i] & 63)));
            shifts.Add([.. samples.Values]);
        }

        meta.Options.PeerTraceId = peer;
        meta.Options.Shift = new TimeShift(flags, shifts);
        return true;
    }

    private static bool TryColumn(DatCursor cursor, ulong[] column)
    {
        for (var i = 0; i < column.Length; i++)
            if (!cursor.TryU64(out column[i])) return false;
        return true;
    }

    private bool TakeGuest(DatCursor cursor)
    {
        if (!cursor.TryString(out var name) || !cursor.TryU64(out var id) || !cursor.TryU32(out var cpus) || cpus > cursor.Left / 8) return false;
        var text = new StringBuilder($"{name} (trace id 0x{id:x})");
        for (var i = 0u; i < cpus; i++)
        {
            if (!cursor.TryU32(out var cpu) || !cursor.TryU32(out var pid)) return false;
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? ": " : ", ")}vCPU {cpu} = thread {pid}");
        }

        meta.Options.Guests.Add(text.ToString());
        return true;
    }

    /// <summary><c>[local] global counter</c>: the one in brackets.</summary>
    public static string? ChosenClock(string text)
    {
        var open = text.IndexOf('[', StringComparison.Ordinal);
        var close = open < 0 ? -1 : text.IndexOf(']', open);
        return close > open + 1 ? text[(open + 1)..close].Trim() : null;
    }

    private static string Text(byte[] data)
    {
        var nul = data.AsSpan().IndexOf((byte)0);
        return Encoding.UTF8.GetString(nul < 0 ? data : data.AsSpan(0, nul)).Trim();
    }

    /// <summary>As strtoll with base 0: sign, then 0x for hexadecimal.</summary>
    private static bool TryNumber(string text, out long value)
    {
        var negative = text.StartsWith('-');
        var digits = text.AsSpan(negative || text.StartsWith('+') ? 1 : 0);
        var ok = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        value = negative ? unchecked(-(long)number) : (long)number;
        return ok;
    }
}
