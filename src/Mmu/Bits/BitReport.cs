namespace KvmTraceLab.Mmu.Bits;

/// <summary>A decoded value: which fields are set, and one sentence for the whole.</summary>
/// <param name="What">What was decoded, e.g. <c>VMX EPT-violation exit qualification</c>.</param>
/// <param name="Value">The raw value.</param>
/// <param name="Fields">The fields that say something, lowest bit first.</param>
/// <param name="Summary">One plain sentence.</param>
/// <param name="UnknownBits">Bits that belong to no field.</param>
public sealed record BitReport(string What, ulong Value, IReadOnlyList<DecodedField> Fields, string Summary, ulong UnknownBits)
{
    /// <summary>Decodes by a field list: single bits that are set, and every multi-bit field.</summary>
    public static BitReport From(string what, ulong value, IReadOnlyList<BitField> fields, string summary)
    {
        var set = new List<DecodedField>();
        ulong known = 0;
        foreach (BitField field in fields)
        {
            known |= field.Mask;
            ulong v = field.Of(value);
            if (v != 0 || field.Width > 1)
                set.Add(new DecodedField(field.Name, field.Position, v, field.Sentence));
        }

        return new BitReport(what, value, set, summary, value & ~known);
    }

    /// <summary>The names of the single bits that are set, joined by a blank.</summary>
    public string Names => string.Join(' ', Fields.Where(f => !f.Position.Contains(':')).Select(f => f.Name));
}
