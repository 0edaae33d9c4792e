namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>How the bytes of a field are meant.</summary>
internal enum FieldForm : byte
{
    Number,
    /// <summary>Inline bytes at the field's own place.</summary>
    Array,
    /// <summary><c>__data_loc</c>: a word with offset (from the record's start) and length of the bytes.</summary>
    DataLoc,
    /// <summary><c>__rel_loc</c>: the same, with the offset from behind the word itself.</summary>
    RelLoc,
}

/// <summary>One <c>field:</c> line of an event's format description.</summary>
internal sealed record FormatField(string Type, string Name, int Offset, int Size, bool Signed, FieldForm Form)
{
    public bool IsPointer => Type.Contains('*', StringComparison.Ordinal);

    public bool IsLong => Type.Contains("long", StringComparison.Ordinal);

    public bool IsText => Form != FieldForm.Number && Type.Contains("char", StringComparison.Ordinal) && !Type.Contains("unsigned", StringComparison.Ordinal);

    /// <summary>A pointer to constant text, whose words stand in the printk section.</summary>
    public bool IsTextPointer => IsPointer && Type.Contains("char", StringComparison.Ordinal);
}
