using System.Globalization;
using System.Text;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// One event's format description (events/SYSTEM/NAME/format of tracefs). Name and number are read at once; the rest only
/// when the event occurs, since a file describes thousands of events and holds records of few.
/// </summary>
internal sealed class EventFormat
{
    private readonly byte[] _text;

    private EventFormat(string system, string name, int id, byte[] text)
    {
        System = system;
        Name = name;
        Id = id;
        _text = text;
    }

    public string System { get; }

    public string Name { get; }

    /// <summary>The number in common_type.</summary>
    public int Id { get; }

    public string Text => Encoding.UTF8.GetString(_text);

    public static EventFormat? TryParse(string system, byte[] text)
    {
        var name = LineAfter(text, "name: "u8);
        var id = LineAfter(text, "ID: "u8);
        if (name.IsEmpty || !int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        return new EventFormat(system, Encoding.UTF8.GetString(name), number, text);
    }

    /// <summary>All fields, the common ones too, in the order of the text; lines that are none are passed over.</summary>
    public IReadOnlyList<FormatField> Fields() => ParseFields(Text);

    public static List<FormatField> ParseFields(string text)
    {
        var fields = new List<FormatField>();
        foreach (var line in text.Split('\n'))
        {
            var at = line.IndexOf("field:", StringComparison.Ordinal);
            if (at >= 0 && line.AsSpan(0, at).IsWhiteSpace() && ParseField(line[(at + 6)..]) is { } field) fields.Add(field);
            if (line.StartsWith("print fmt:", StringComparison.Ordinal)) break;
        }

        return fields;
    }

    private static FormatField? ParseField(string line)
    {
        var parts = line.Split(';');
        var declaration = parts[0].Trim();
        int offset = -1, size = -1, signed = -1;
        foreach (var part in parts.AsSpan(1))
        {
            var colon = part.IndexOf(':');
            if (colon < 0 || !int.TryParse(part.AsSpan(colon + 1), out var number)) continue;
            switch (part.AsSpan(0, colon).Trim())
            {
                case "offset": offset = number; break;
                case "size": size = number; break;
                case "signed": signed = number; break;
            }
        }

        if (offset is < 0 or > 1 << 20 || size is < 0 or > 1 << 27) return null;
        var form = FieldForm.Number;
        if (declaration.StartsWith("__data_loc ", StringComparison.Ordinal)) (form, declaration) = (FieldForm.DataLoc, declaration[11..]);
        else if (declaration.StartsWith("__rel_loc ", StringComparison.Ordinal)) (form, declaration) = (FieldForm.RelLoc, declaration[10..]);
        var bracket = declaration.EndsWith(']') ? declaration.LastIndexOf('[') : declaration.Length;
        if (bracket < 0) return null;
        var nameEnd = bracket;
        var nameStart = nameEnd;
        while (nameStart > 0 && (char.IsAsciiLetterOrDigit(declaration[nameStart - 1]) || declaration[nameStart - 1] == '_')) nameStart--;
        if (nameStart == nameEnd) return null;
        if (bracket < declaration.Length && form == FieldForm.Number) form = FieldForm.Array;
        if (form is FieldForm.Number && size is not (1 or 2 or 4 or 8)) form = FieldForm.Array;
        if (form is FieldForm.DataLoc or FieldForm.RelLoc && size != 4) return null;
        var type = declaration[..nameStart].Trim();
        return new FormatField(type, declaration[nameStart..nameEnd], offset, size, signed < 0 ? SignedByType(type) : signed != 0, form);
    }

    /// <summary>Kernels before 2.6.33 have no <c>signed:</c>.</summary>
    private static bool SignedByType(string type) =>
        !type.Contains('*', StringComparison.Ordinal) && (type.StartsWith("int", StringComparison.Ordinal) || type is "long" or "short" or "char" or "pid_t" or "s64" or "s32" or "s16" or "s8");

    private static ReadOnlySpan<byte> LineAfter(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            if (line.StartsWith(key)) return line[key.Length..].Trim(" \t\r"u8);
            if (end < 0) break;
            text = text[(end + 1)..];
        }

        return default;
    }
}
