namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>What the options of a trace.dat say.</summary>
internal sealed class DatOptions
{
    public string? Clock { get; set; }

    /// <summary>The TRACECLOCK option stood there, so a version 6 file has the clock's text behind the CPU table.</summary>
    public bool HasClockOption { get; set; }

    public string? Uname { get; set; }

    public string? RecorderVersion { get; set; }

    /// <summary>DATE and OFFSET together, in nanoseconds, added to every time.</summary>
    public long TimeOffset { get; set; }

    public uint TscMult { get; set; }

    public int TscShift { get; set; }

    public ulong TraceId { get; set; }

    public ulong PeerTraceId { get; set; }

    public List<string> CpuStats { get; } = [];

    public List<string> Guests { get; } = [];

    public string? ProcMaps { get; set; }

    public List<string> Hooks { get; } = [];

    /// <summary>A guest's clock against its host's, by CPU.</summary>
    public TimeShift? Shift { get; set; }

    /// <summary>Version 7: where the sections with descriptions are, by section number.</summary>
    public Dictionary<int, long> Sections { get; } = [];

    /// <summary>Version 6: offset and name of the buffer instances.</summary>
    public List<(string Name, long Offset)> Instances { get; } = [];
}
