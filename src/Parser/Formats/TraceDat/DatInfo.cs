using System.Globalization;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>What a trace.dat says about itself, in the words of <see cref="TraceInfo"/>.</summary>
internal static class DatInfo
{
    public static TraceInfo From(DatMeta meta, int pageSize)
    {
        var options = meta.Options;
        var info = new TraceInfo
        {
            Format = "trace-cmd-dat",
            Version = meta.Version,
            Compression = meta.Compression,
            Cpus = Cpus(meta),
            Clock = options.Clock,
            TimeUnit = TimeMap.UnitOf(options.Clock, options.TscMult != 0),
            PageSize = pageSize,
        };

        // uname: system, node, release, machine.
        var words = options.Uname?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (words.Length >= 4)
        {
            info.Hostname = words[1];
            info.Kernel = words[2];
            info.Architecture = words[^1];
        }

        foreach (var buffer in meta.Buffers)
            if (buffer.Name.Length > 0) info.Buffers.Add(buffer.Name);
        if (meta.Kallsyms is { } kallsyms) info.HostSymbols = new KallsymsList(kallsyms);
        Facts(meta, info);
        return info;
    }

    private static int Cpus(DatMeta meta)
    {
        var cpus = meta.CpuCount;
        foreach (var buffer in meta.Buffers)
        {
            foreach (var cpu in buffer.Cpus) cpus = Math.Max(cpus, cpu.Cpu + 1);
        }

        return cpus;
    }

    private static void Facts(DatMeta meta, TraceInfo info)
    {
        var options = meta.Options;
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) info.Facts.Add((name, value));
        }

        Add("recorded by", options.RecorderVersion is { } recorder ? $"trace-cmd {recorder}" : null);
        Add("uname", options.Uname);
        Add("byte order", meta.BigEndian ? "big endian" : "little endian");
        Add("kernel long", $"{meta.Layout.CommitSize} bytes");
        Add("compression version", meta.CompressionVersion);
        Add("time offset", options.TimeOffset != 0 ? $"{options.TimeOffset.ToString(CultureInfo.InvariantCulture)} ns added to every time (--date, --ts-offset)" : null);
        Add("tsc2nsec", options.TscMult != 0 ? $"mult {options.TscMult} shift {options.TscShift}" : null);
        Add("trace id", options.TraceId != 0 ? $"0x{options.TraceId:x}" : null);
        Add("time shift", options.Shift is { } shift ? $"to the host with trace id 0x{options.PeerTraceId:x}, {shift.Cpus.Count} CPUs" : null);
        foreach (var guest in options.Guests) Add("guest", guest);
        foreach (var hook in options.Hooks) Add("hook", hook);
        Add("process maps", options.ProcMaps is { } maps ? $"{maps.Split('\n').Length} lines" : null);
        foreach (var buffer in meta.Buffers)
            if (buffer.Name.Length > 0 && buffer.Clock is { } clock && clock != options.Clock) Add($"clock of {buffer.Name}", clock);
        foreach (var stat in options.CpuStats) Add("cpu stats", string.Join(", ", stat.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
        Add("event formats", meta.Formats.Count.ToString(CultureInfo.InvariantCulture));
    }
}
