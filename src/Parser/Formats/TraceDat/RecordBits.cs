using System.Buffers.Binary;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Which bits of a record's first bytes tell its time delta, and which of its common fields its event and its task.</summary>
/// <param name="BigEndian">Byte order of the file.</param>
/// <param name="Layout">How the first word is divided.</param>
/// <param name="Type">Offset and size of common_type.</param>
/// <param name="Pid">Offset and size of common_pid.</param>
internal readonly record struct RecordBits(bool BigEndian, RingLayout Layout, (int Offset, int Size) Type, (int Offset, int Size) Pid)
{
    /// <summary>Bytes that hold both.</summary>
    public int CommonSize => Math.Max(Type.Offset + Type.Size, Pid.Offset + Pid.Size);

    private uint DeltaMask => (1u << Layout.DeltaBits) - 1;

    public uint DeltaOf(ReadOnlySpan<byte> word) =>
        BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(word) & DeltaMask : BinaryPrimitives.ReadUInt32LittleEndian(word) >> Layout.TypeBits;

    public int TypeOf(ReadOnlySpan<byte> body) => Type.Size == 4
        ? (int)(BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(body[Type.Offset..]) : BinaryPrimitives.ReadUInt32LittleEndian(body[Type.Offset..]))
        : BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(body[Type.Offset..]) : BinaryPrimitives.ReadUInt16LittleEndian(body[Type.Offset..]);

    /// <summary>Sets the bits of a record that may differ where it says the same: the delta's, and common fields that no row has.</summary>
    /// <param name="mask">The record's, from its first word on.</param>
    /// <param name="body">Where its fields begin.</param>
    public void MarkChanges(Span<byte> mask, int body)
    {
        if (BigEndian) BinaryPrimitives.WriteUInt32BigEndian(mask, DeltaMask);
        else BinaryPrimitives.WriteUInt32LittleEndian(mask, DeltaMask << Layout.TypeBits);
        for (var i = 0; i < CommonSize; i++)
            if (!IsIn(Type, i) && !IsIn(Pid, i)) mask[body + i] = 0xff;
    }

    private static bool IsIn((int Offset, int Size) field, int at) => at >= field.Offset && at < field.Offset + field.Size;
}
