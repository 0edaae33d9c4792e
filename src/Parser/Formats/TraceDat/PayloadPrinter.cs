using System.Globalization;
using System.Text;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Prints the fields of an event without a shape as <c>trace-cmd report -R</c> does: <c> name=value</c>, in the base of
/// the event's own print format where that shows the field itself. ftrace's print and bprint (trace_printk) give their words.
/// </summary>
internal sealed class PayloadPrinter
{
    /// <summary>Text of a record: labels, and numbers for its bytes. A format that wants more has fields on top of each other, a million perhaps.</summary>
    private const int MostLabels = 4096;
    private const int MostTextPerByte = 8;

    private readonly DatMeta _meta;
    private readonly (FormatField Field, byte[] Label, Conversion? As)[] _fields;
    private readonly bool _isText;
    private readonly FormatField? _printkFormat;
    private readonly FormatField? _printkArguments;

    public PayloadPrinter(DatMeta meta, EventFormat format, IReadOnlyList<FormatField> fields)
    {
        _meta = meta;
        _isText = format.System == "ftrace" && format.Name == "print";
        if (format.System == "ftrace" && format.Name == "bprint")
        {
            _printkFormat = fields.FirstOrDefault(f => f.Name == "fmt");
            _printkArguments = fields.FirstOrDefault(f => f.Name == "buf");
        }

        var conversions = PrintFormat.Parse(format.Text);
        // caller[8] is as long as the stack was: shorter or longer, to the record's end.
        if (format.System == "ftrace" && format.Name == "kernel_stack") fields = [.. fields.Select(f => f.Form == FieldForm.Array ? f with { Size = 0 } : f)];
        _fields = [.. fields.Select(field => (field, Encoding.UTF8.GetBytes($" {field.Name}="), Of(field, conversions)))];
    }

    /// <summary>Writes the payload to the unit's text; false if a field lies behind the record's end, or is one too many.</summary>
    public bool Print(ReadOnlySpan<byte> record, DecodeUnit unit)
    {
        if (_printkFormat is not null && TryPrintk(record, unit)) return true;
        var whole = true;
        var most = unit.TextLength + MostLabels + (MostTextPerByte * record.Length);
        foreach (ref readonly var entry in _fields.AsSpan())
        {
            var field = entry.Field;
            if (_isText && field.Name != "buf") continue;
            if (unit.TextLength + entry.Label.Length > most) return false;
            if (!_isText) unit.AddText(entry.Label);
            if (field.Form != FieldForm.Number)
            {
                if (RecordFields.TryBytes(record, field, _meta.BigEndian, out var bytes)) Bytes(unit, field, bytes);
                else whole = false;
            }
            else if (RecordFields.TryNumber(record, field, _meta.BigEndian, out var value))
            {
                Number(unit, field, entry.As, value);
            }
            else
            {
                whole = false;
            }
        }

        return whole;
    }

    private bool TryPrintk(ReadOnlySpan<byte> record, DecodeUnit unit)
    {
        if (!RecordFields.TryNumber(record, _printkFormat!, _meta.BigEndian, out var address) || !_meta.Printk.TryGetValue(address, out var format)) return false;
        if (_printkArguments is null || !RecordFields.TryBytes(record, _printkArguments, _meta.BigEndian, out var arguments)) return false;
        if (!BprintText.TryFormat(format, arguments, _meta, out var text)) return false;
        unit.AddText(Encoding.UTF8.GetBytes(text));
        return true;
    }

    private static Conversion? Of(FormatField field, List<Conversion> conversions)
    {
        foreach (var conversion in conversions)
            if (conversion.Field == field.Name) return conversion;
        return null;
    }

    private void Bytes(DecodeUnit unit, FormatField field, ReadOnlySpan<byte> bytes)
    {
        if (field.IsText && IsPrintable(bytes))
        {
            unit.AddText(_isText ? bytes.TrimEnd((byte)'\n') : bytes);
            return;
        }

        unit.AddText("ARRAY["u8);
        var room = unit.TextRoom(bytes.Length * 4);
        var used = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i > 0)
            {
                room[used++] = (byte)',';
                room[used++] = (byte)' ';
            }

            room[used++] = "0123456789abcdef"u8[bytes[i] >> 4];
            room[used++] = "0123456789abcdef"u8[bytes[i] & 15];
        }

        unit.TextLength += used;
        unit.AddText("]"u8);
    }

    private void Number(DecodeUnit unit, FormatField field, Conversion? conversion, ulong value)
    {
        var bits = field.Size * 8;
        var unsigned = bits == 64 ? value : value & ((1UL << bits) - 1);
        if (conversion is { } shown && shown.Letter is 'x' or 'X' or 'd' or 'i' or 'u' or 's' or 'c' or 'p')
        {
            if (shown.Prefix0X) unit.AddText("0x"u8);
            switch (shown.Letter)
            {
                case 's':
                    if (_meta.Printk.TryGetValue(unsigned, out var text)) unit.AddText(text);
                    else Hex(unit, unsigned, prefix: true, 0);
                    return;
                case 'x' or 'X':
                    Hex(unit, unsigned, shown.Flags.Contains('#', StringComparison.Ordinal), ZeroWidth(shown));
                    return;
                case 'p':
                    Hex(unit, unsigned, prefix: true, 0);
                    return;
                case 'd' or 'i':
                    Decimal(unit, (long)(field.Signed || bits == 64 ? value : bits == 32 ? (ulong)(int)value : value), ZeroWidth(shown));
                    return;
                default:
                    Decimal(unit, unsigned);
                    return;
            }
        }

        if (field.IsPointer || field.IsLong) Hex(unit, unsigned, prefix: true, 0);
        else if (field.Signed) Decimal(unit, (long)value, 0);
        else Decimal(unit, unsigned);
    }

    private static int ZeroWidth(in Conversion conversion) =>
        conversion.Precision > 0 ? conversion.Precision : conversion.Flags.Contains('0', StringComparison.Ordinal) ? conversion.Width : 0;

    private static void Hex(DecodeUnit unit, ulong value, bool prefix, int width)
    {
        if (prefix && value != 0)
        {
            unit.AddText("0x"u8);
            width -= 2;
        }
        else if (prefix && width == 0)
        {
            unit.AddText("0x"u8);
        }

        var digits = Math.Max(Math.Min(width, 64), (67 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 4);
        var room = unit.TextRoom(digits);
        for (var i = digits - 1; i >= 0; i--)
        {
            room[i] = "0123456789abcdef"u8[(int)(value & 15)];
            value >>= 4;
        }

        unit.TextLength += digits;
    }

    private static void Decimal(DecodeUnit unit, ulong value)
    {
        value.TryFormat(unit.TextRoom(20), out var written, default, CultureInfo.InvariantCulture);
        unit.TextLength += written;
    }

    private static void Decimal(DecodeUnit unit, long value, int width)
    {
        Span<byte> digits = stackalloc byte[24];
        value.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        for (var i = written; i < width; i++) unit.AddText("0"u8);
        unit.AddText(digits[..written]);
    }

    private static bool IsPrintable(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            if (b is < 0x20 or > 0x7e && b is not ((byte)'\t' or (byte)'\n' or (byte)'\v' or (byte)'\f' or (byte)'\r')) return false;
        return true;
    }
}
