namespace KvmTraceLab.Mmu.Bits;

/// <summary>The exit qualification of a VMX IO_INSTRUCTION exit.</summary>
/// <param name="Value">The raw 64 bits.</param>
public readonly record struct IoQualification(ulong Value)
{
    public static IReadOnlyList<BitField> Fields { get; } =
    [
        new("SIZE", 0, 3, "bytes accessed, minus one"),
        new("DIRECTION_IN", 3, "IN (clear: OUT)"),
        new("STRING", 4, "INS or OUTS"),
        new("REP", 5, "with a REP prefix"),
        new("IMMEDIATE", 6, "the port is an immediate operand (clear: DX)"),
        new("PORT", 16, 16, "the I/O port"),
    ];

    public ushort Port => (ushort)(Value >> 16);

    /// <summary>Bytes for each access: 1, 2 or 4.</summary>
    public int Size => (int)(Value & 7) + 1;

    public bool IsIn => (Value & 8) != 0;

    public bool IsString => (Value & 16) != 0;

    public bool IsRep => (Value & 32) != 0;

    public bool IsImmediate => (Value & 64) != 0;

    public BitReport Describe() => BitReport.From("VMX I/O exit qualification", Value, Fields, IoText.Sentence(IsIn, IsString, IsRep, Size, Port, IsImmediate ? "immediate" : "DX"));
}
