namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>What stands around the payload of one line. Positions are relative to the line.</summary>
internal struct Envelope
{
    public int CommStart;
    public int CommLength;
    public int Tid;
    public int Cpu;
    public long Time;
    public TimeForm TimeForm;
    public int NameStart;
    public int NameLength;
    public int PayloadStart;

    /// <summary>Instance prefix (<c>name: comm-pid …</c>); length 0 where there is none.</summary>
    public int BufferStart;
    public int BufferLength;
    public EnvelopeForm Form;

    /// <summary>A latency-flags column stood there.</summary>
    public bool HasFlags;

    /// <summary>A tracer's row, which has neither an event's name nor a function's.</summary>
    public bool IsUnnamed;

    /// <summary>Where the fraction of a time in seconds begins, right behind the point, and how many digits it has; 0 where there is none.</summary>
    public int FractionStart;
    public int FractionDigits;

    /// <summary>The whole seconds of the time, in nanoseconds.</summary>
    public long WholeNs;

    /// <summary>Bytes that a log, grep or a chat put before the line; 0 where there are none.</summary>
    public int PrefixLength;

    /// <summary>Bytes up to and including the CPU column's bracket; 0 where there is none. Equal heads read equal.</summary>
    public int HeadLength;
}

/// <summary>How the line spells its time.</summary>
internal enum TimeForm : byte
{
    None,
    /// <summary>Seconds and a fraction.</summary>
    Seconds,
    /// <summary>An integer clock's ticks.</summary>
    Ticks,
}

/// <summary>Which of the envelopes people paste this is.</summary>
internal enum EnvelopeForm : byte
{
    /// <summary>No event line.</summary>
    None,
    /// <summary><c>comm-pid [cpu] (flags) time: event:</c> of trace-cmd and ftrace without flags.</summary>
    TraceCmd,
    /// <summary>The same with a flags column.</summary>
    Flags,
    /// <summary><c>comm-pid  0d..1. time: event:</c>, trace-cmd report -l.</summary>
    Latency,
    /// <summary><c>comm pid [cpu] time: system:event:</c> of perf script.</summary>
    Perf,
    /// <summary>Cut down by hand: no pid, no CPU or no time.</summary>
    Bare,
    /// <summary>An envelope whose event stands on the next line (hard-wrapped).</summary>
    NameMissing,
}
