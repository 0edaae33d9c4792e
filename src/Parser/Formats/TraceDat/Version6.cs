using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Version 6: everything in one row, in a fixed order, then the CPUs' pages.</summary>
internal sealed class Version6(DatSource source, DatMeta meta)
{
    public void Read(DatCursor cursor)
    {
        var descriptions = new DescriptionReader(meta);
        Require(descriptions.Header(cursor), cursor, "the ring buffer's header_page and header_event");
        Require(descriptions.FtraceFormats(cursor), cursor, "ftrace's event formats");
        Require(descriptions.Formats(cursor), cursor, "the event formats");
        Require(descriptions.Kallsyms(cursor, source), cursor, "kallsyms");
        Require(descriptions.Printk(cursor), cursor, "the printk formats");
        Require(descriptions.Cmdlines(cursor), cursor, "the saved command lines");
        Require(cursor.TryU32(out var cpus) && cpus <= OptionReader.MaxCpus, cursor, "the number of CPUs");
        meta.CpuCount = (int)cpus;
        if (!cursor.TryBytes(10, 10, out var kind))
        {
            meta.Health.Count(TraceHealth.Truncated, cursor.Position);
            return;
        }

        if (kind.AsSpan().StartsWith("options"u8))
        {
            if (!Options(cursor) || !cursor.TryBytes(10, 10, out kind))
            {
                meta.Health.Count(TraceHealth.Truncated, cursor.Position);
                return;
            }
        }

        Data(cursor, kind, "", (int)cpus);
        if (meta.Options.HasClockOption && meta.Options.Clock is null && cursor.TryU64(out var size) && cursor.TryBytes(size, 4096, out var clock))
            meta.Options.Clock = OptionReader.ChosenClock(System.Text.Encoding.UTF8.GetString(clock));
        foreach (var (name, offset) in meta.Options.Instances)
        {
            var at = new DatCursor(source, offset, source.Length, meta.BigEndian);
            if (offset > 0 && at.TryBytes(10, 10, out kind)) Data(at, kind, name, meta.CpuCount);
            else meta.Health.Count(TraceDatHealth.MissingData, offset);
        }
    }

    private void Require(bool ok, DatCursor cursor, string what)
    {
        if (!ok)
        {
            throw new TraceException(
                meta.Path, cursor.Position, $"{what} were expected; the file is damaged or cut off before its events (an interrupted recording? run trace-cmd restore)");
        }
    }

    private bool Options(DatCursor cursor)
    {
        var reader = new OptionReader(meta);
        while (cursor.TryU16(out var id))
        {
            if (id == OptionReader.Done) return true;
            var at = cursor.Position;
            if (!cursor.TryU32(out var size) || !cursor.TryBytes(size, 16 << 20, out var data)) return false;
            reader.Read(id, data, at);
        }

        return false;
    }

    private void Data(DatCursor cursor, byte[] kind, string name, int cpuCount)
    {
        if (kind.AsSpan().StartsWith("latency"u8))
        {
            meta.Buffers.Add(new DatBuffer(name, null, 0, false, []) { TextOffset = cursor.Position, TextSize = cursor.Left });
            return;
        }

        if (!kind.AsSpan().StartsWith("flyrecord"u8))
        {
            meta.Health.Count(TraceDatHealth.BadSection, cursor.Position - 10);
            return;
        }

        var cpus = new List<CpuData>();
        for (var cpu = 0; cpu < cpuCount; cpu++)
        {
            if (!cursor.TryU64(out var offset) || !cursor.TryU64(out var size))
            {
                meta.Health.Count(TraceDatHealth.MissingData, cursor.Position);
                break;
            }

            cpus.Add(new CpuData(cpu, (long)offset, (long)size));
        }

        meta.Buffers.Add(new DatBuffer(name, meta.Options.Clock, 0, false, cpus));
    }
}
