namespace KvmTraceLab.Mmu.Bits;

/// <summary>EXITINFO1 of an SVM IOIO exit.</summary>
/// <param name="Value">The raw 64 bits.</param>
public readonly record struct SvmIoInfo(ulong Value)
{
    public static IReadOnlyList<BitField> Fields { get; } =
    [
        new("SVM_IOIO_TYPE_MASK", 0, "IN (clear: OUT)"),
        new("SVM_IOIO_STR_MASK", 2, "INS or OUTS"),
        new("SVM_IOIO_REP_MASK", 3, "with a REP prefix"),
        new("SVM_IOIO_SIZE_8", 4, "one byte"),
        new("SVM_IOIO_SIZE_16", 5, "two bytes"),
        new("SVM_IOIO_SIZE_32", 6, "four bytes"),
        new("SVM_IOIO_ASIZE_16", 7, "16-bit addresses"),
        new("SVM_IOIO_ASIZE_32", 8, "32-bit addresses"),
        new("SVM_IOIO_ASIZE_64", 9, "64-bit addresses"),
        new("SVM_IOIO_SEG", 10, 3, "effective segment"),
        new("PORT", 16, 16, "the I/O port"),
    ];

    public ushort Port => (ushort)(Value >> 16);

    /// <summary>Bytes for each access: 1, 2 or 4; 0 when no size bit is set.</summary>
    public int Size => (int)(Value >> 4) & 7;

    public bool IsIn => (Value & 1) != 0;

    public bool IsString => (Value & 4) != 0;

    public bool IsRep => (Value & 8) != 0;

    public BitReport Describe() => BitReport.From("SVM IOIO EXITINFO1", Value, Fields, IoText.Sentence(IsIn, IsString, IsRep, Size, Port, null));
}
