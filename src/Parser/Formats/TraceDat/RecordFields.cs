using System.Buffers.Binary;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>The fields of the record at hand by name, for irregular shapes.</summary>
internal sealed class RecordFields : IRecordFields
{
    private byte[] _bytes = [];
    private int _start;
    private int _length;
    private IReadOnlyList<FormatField> _fields = [];
    private DatMeta? _meta;

    public void Set(byte[] bytes, int start, int length, RecordPlan plan, DatMeta meta)
    {
        _bytes = bytes;
        _start = start;
        _length = length;
        _fields = plan.Fields;
        PrintFormat = plan.PrintFormat;
        _meta = meta;
    }

    public string PrintFormat { get; private set; } = "";

    public bool TryGetNumber(string name, out ulong value)
    {
        value = 0;
        return Find(name) is { Form: FieldForm.Number } field && TryNumber(_bytes.AsSpan(_start, _length), field, _meta!.BigEndian, out value);
    }

    public bool TryGetBytes(string name, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (Find(name) is not { } field) return false;
        if (field.Form != FieldForm.Number) return TryBytes(_bytes.AsSpan(_start, _length), field, _meta!.BigEndian, out bytes);
        if (!field.IsTextPointer || !TryGetNumber(name, out var address) || !_meta!.Printk.TryGetValue(address, out var text)) return false;
        bytes = text;
        return true;
    }

    private FormatField? Find(string name)
    {
        foreach (var field in _fields)
            if (field.Name == name) return field;
        return null;
    }

    /// <summary>A number field, sign-extended where it is signed.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> record, FormatField field, bool big, out ulong value)
    {
        value = 0;
        if (field.Offset + field.Size > record.Length) return false;
        var at = record.Slice(field.Offset, field.Size);
        value = field.Size switch
        {
            1 => at[0],
            2 => big ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at),
            4 => big ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at),
            _ => big ? BinaryPrimitives.ReadUInt64BigEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at),
        };
        if (field.Signed) value = (ulong)((long)value << (64 - (8 * field.Size)) >> (64 - (8 * field.Size)));
        return true;
    }

    /// <summary>The bytes of an array; text ends before its NUL.</summary>
    public static bool TryBytes(ReadOnlySpan<byte> record, FormatField field, bool big, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (field.Form == FieldForm.Array)
        {
            // buf[] of print and bprint has size 0 and takes the rest of the record.
            if (field.Offset + field.Size > record.Length) return false;
            bytes = field.Size == 0 ? record[field.Offset..] : record.Slice(field.Offset, field.Size);
        }
        else if (!TryDynamic(record, field.Offset, field.Form == FieldForm.RelLoc, big, out bytes))
        {
            return false;
        }

        if (!field.IsText) return true;
        var nul = bytes.IndexOf((byte)0);
        if (nul >= 0) bytes = bytes[..nul];
        return true;
    }

    public static bool TryDynamic(ReadOnlySpan<byte> record, int offset, bool relative, bool big, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (offset + 4 > record.Length) return false;
        var word = big ? BinaryPrimitives.ReadUInt32BigEndian(record[offset..]) : BinaryPrimitives.ReadUInt32LittleEndian(record[offset..]);
        var start = (int)(word & 0xffff) + (relative ? offset + 4 : 0);
        var length = (int)(word >> 16);
        if (start + length > record.Length) return false;
        bytes = record.Slice(start, length);
        return true;
    }
}
