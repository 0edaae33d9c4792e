namespace KvmTraceLab.Parser.Events;

/// <summary>
/// The named fields of one raw record, from trace.dat's format descriptions or from <c>trace-cmd report -R</c> text.
/// Slow, for the few events whose text form is computed from fields of other names.
/// </summary>
public interface IRecordFields
{
    /// <summary>A field's number, sign-extended where the field is signed.</summary>
    bool TryGetNumber(string name, out ulong value);

    /// <summary>The event's print format where the trace carries it; tells which numbers the kernel's own words stand for.</summary>
    string PrintFormat => "";

    /// <summary>The bytes of an array, string or dynamic field; a string without its terminating NUL.</summary>
    bool TryGetBytes(string name, out ReadOnlySpan<byte> bytes);
}
