namespace KvmTraceLab.Parser.Events;

/// <summary>The columns of one row that every event has, side by side: a row is read and moved as a whole.</summary>
public struct EventHead
{
    /// <summary>Nanoseconds on the trace's clock, or its ticks.</summary>
    public long Time;

    /// <summary>Byte offset in the (decompressed) input.</summary>
    public long Offset;

    /// <summary>The host CPU, or -1.</summary>
    public int Cpu;

    /// <summary>The host thread, or -1.</summary>
    public int Tid;

    /// <summary>First of the row's slots. Rows that say the very same share their slots.</summary>
    public int Start;

    public int CommStart;

    /// <summary>Length of the task's name in the text; -1 where the catalog knows it by thread.</summary>
    public int CommLength;

    public int PayloadStart;

    public int PayloadLength;

    /// <summary>Number of the event in the catalog.</summary>
    public ushort Kind;

    public RowFlags Flags;

    /// <summary>Number of the buffer instance.</summary>
    public byte Buffer;

    /// <summary>How many slots the row has.</summary>
    public byte Width;
}
