using System.Text;
using System.Text.Json.Nodes;
using KvmTraceLab.Output.Text;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli.EventLists;

/// <summary>
/// Lines as trace-cmd prints them: <c>comm-pid [cpu] time: event: payload</c>, the comm right-aligned in 16 columns, the
/// event padded to 20. With the kernel's dialect this is what <c>trace-cmd report -N -t</c> prints; the text format has
/// the plugin's dialect and goes on in the next line after 100 columns. Control bytes of hostile names are shown as <c>\x1b</c> in both.
/// </summary>
internal sealed class LineEventWriter(Stream stream, TraceInfo info, Dialect dialect, bool visible, bool fenced = false) : IEventWriter
{
    private const int Width = 100;
    private const string Continued = "        ";
    private const long NsPerSecond = 1_000_000_000;

    private readonly TextBuilder _line = new();
    private bool _begun;

    public void Write(in EventRow row)
    {
        Begin();
        Head(row.Buffer, row.Comm, row.Tid, row.Cpu, row.Time, row.HasTime, row.Name);
        row.PrintPayload(_line, dialect);
        Flush();
    }

    public void Write(SavedEvent saved, string buffer)
    {
        Begin();
        Head(buffer, Encoding.UTF8.GetBytes(saved.Comm), saved.Tid, saved.Cpu, saved.Time, saved.HasTime, saved.Name);
        _line.Append(saved.Payload(dialect));
        Flush();
    }

    public void WriteLost(in EventRow row)
    {
        Begin();
        _line.Append("CPU:"u8).AppendSigned(row.Cpu).Append(" ["u8);
        if ((row.Flags & RowFlags.LostCountKnown) != 0) _line.AppendDecimal(row[0]).Append((byte)' ');
        _line.Append("EVENTS DROPPED]"u8);
        Flush();
    }

    public void Finish(JsonObject head)
    {
        // What the trace is, a line of trace-cmd does not tell.
    }

    public void Dispose()
    {
        if (fenced && _begun) stream.Write("```\n"u8);
    }

    private void Begin()
    {
        _line.Clear();
        if (_begun) return;
        _begun = true;
        if (fenced) stream.Write("```\n"u8);
        else if (!visible) stream.Write(Encoding.UTF8.GetBytes($"cpus={info.Cpus}\n"));
    }

    private void Head(string buffer, ReadOnlySpan<byte> comm, int tid, int cpu, long time, bool hasTime, string name)
    {
        if (buffer.Length > 0) _line.Append(buffer).Append(": "u8);
        if (tid >= 0)
        {
            for (var pad = comm.Length; pad < 16; pad++) _line.Append((byte)' ');
            _line.Append(comm).Append((byte)'-').AppendSigned(tid);
            for (var pad = Digits(tid); pad < 5; pad++) _line.Append((byte)' ');
            _line.Append((byte)' ');
        }

        if (cpu >= 0)
        {
            _line.Append((byte)'[');
            for (var pad = Digits(cpu); pad < 3; pad++) _line.Append((byte)'0');
            _line.AppendSigned(cpu).Append("] "u8);
        }

        if (hasTime) AppendTime(time);
        _line.Append(name).Append((byte)':');
        for (var pad = name.Length + 1; pad < 21; pad++) _line.Append((byte)' ');
        _line.Append((byte)' ');
    }

    private void AppendTime(long time)
    {
        if (info.TimeUnit != TimeUnit.Nanoseconds)
        {
            _line.AppendSigned(time).Append(": "u8);
            return;
        }

        // An offset may put times before zero.
        var (seconds, fraction) = Math.DivRem(time, NsPerSecond);
        for (var pad = Digits(seconds) + (time < 0 ? 1 : 0); pad < 5; pad++) _line.Append((byte)' ');
        if (time < 0) _line.Append((byte)'-');
        _line.AppendSigned(Math.Abs(seconds)).Append((byte)'.');
        _line.Append(Math.Abs(fraction).ToString("000000000", System.Globalization.CultureInfo.InvariantCulture)).Append(": "u8);
    }

    private static int Digits(long value)
    {
        var digits = 1;
        while ((value /= 10) != 0) digits++;
        return digits;
    }

    private void Flush()
    {
        if (visible && _line.Written.Length > Width) WriteWrapped();
        else SafeText.WriteLine(stream, _line.Written, keepTabs: !visible);
    }

    /// <summary>Plain text breaks at its last space that fits; anything else, and a word too long for a line, is measured.</summary>
    private void WriteWrapped()
    {
        var line = _line.Written.TrimEnd((byte)' ');
        if (line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0)
        {
            WriteMeasured(line, Width);
            return;
        }

        var room = Width;
        while (line.Length > room)
        {
            var space = line[..(room + 1)].LastIndexOf((byte)' ');
            if (space <= 0 || line[..space].TrimStart((byte)' ').IsEmpty)
            {
                WriteMeasured(line, room);
                return;
            }

            stream.Write(line[..space].TrimEnd((byte)' '));
            stream.Write("\n        "u8);
            line = line[(space + 1)..].TrimStart((byte)' ');
            room = Width - Continued.Length;
        }

        stream.Write(line);
        stream.WriteByte((byte)'\n');
    }

    private void WriteMeasured(ReadOnlySpan<byte> rest, int room)
    {
        using var clean = new MemoryStream();
        SafeText.WriteLine(clean, rest);
        var text = Encoding.UTF8.GetString(clean.GetBuffer(), 0, (int)clean.Length - 1);
        var indent = "";
        foreach (var line in TextWidth.Wrap(text, room, Width - Continued.Length))
        {
            stream.Write(Encoding.UTF8.GetBytes($"{indent}{line}\n"));
            indent = Continued;
        }
    }
}
