using System.Globalization;
using System.Text;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// The words of a trace_printk() record (ftrace's <c>bprint</c>): its format string stands in the printk section, its
/// arguments are packed as the kernel's vbin_printf() does: numbers aligned to their size (at most 4), strings as they
/// are. Rare, so it need not be fast.
/// </summary>
internal static class BprintText
{
    /// <summary>False where the record does not hold all arguments; then the raw fields tell more.</summary>
    public static bool TryFormat(ReadOnlySpan<byte> format, ReadOnlySpan<byte> arguments, DatMeta meta, out string text)
    {
        var result = new StringBuilder();
        var at = 0;
        text = "";
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append((char)format[i]);
                continue;
            }

            i++;
            if (format[i] == '%')
            {
                result.Append('%');
                continue;
            }

            var zero = false;
            var prefix = false;
            for (; i < format.Length && "#0- +"u8.Contains(format[i]); i++)
            {
                zero |= format[i] == '0';
                prefix |= format[i] == '#';
            }

            var width = Number(format, ref i);
            if (i < format.Length && format[i] == '.')
            {
                i++;
                _ = Number(format, ref i);
            }

            var size = 4;
            for (; i < format.Length && "hlLzjt"u8.Contains(format[i]); i++)
                size = format[i] == 'h' ? Math.Max(1, size / 2) : format[i] == 'l' && size == 8 ? 8 : format[i] == 'l' && i + 1 < format.Length && format[i + 1] == 'l' ? 8 : meta.Layout.CommitSize;
            if (i >= format.Length) return false;
            var letter = (char)format[i];
            if (letter == 's')
            {
                var nul = arguments[at..].IndexOf((byte)0);
                if (nul < 0) return false;
                result.Append(Encoding.UTF8.GetString(arguments.Slice(at, nul)).PadLeft(width));
                at += nul + 1;
                continue;
            }

            if (letter == 'c') size = 1;
            if (letter == 'p') size = meta.Layout.CommitSize;
            if (!"diuxXocp".Contains(letter, StringComparison.Ordinal)) return false;
            at = (at + Math.Min(size, 4) - 1) / Math.Min(size, 4) * Math.Min(size, 4);
            var field = new FormatField("", "", at, size, letter is 'd' or 'i', FieldForm.Number);
            if (!RecordFields.TryNumber(arguments, field, meta.BigEndian, out var value)) return false;
            at += size;
            var digits = letter switch
            {
                'd' or 'i' => ((long)value).ToString(CultureInfo.InvariantCulture),
                'x' or 'X' => (prefix ? "0x" : "") + value.ToString(letter == 'x' ? "x" : "X", CultureInfo.InvariantCulture),
                'o' => Convert.ToString((long)value, 8),
                'c' => ((char)value).ToString(),
                'p' => "0x" + value.ToString("x", CultureInfo.InvariantCulture),
                _ => value.ToString(CultureInfo.InvariantCulture),
            };
            result.Append(zero ? digits.PadLeft(width, '0') : digits.PadLeft(width));
        }

        text = result.ToString().TrimEnd('\n');
        return true;
    }

    private static int Number(ReadOnlySpan<byte> format, ref int i)
    {
        var value = 0;
        while (i < format.Length && format[i] is >= (byte)'0' and <= (byte)'9') value = Math.Min(200, (value * 10) + format[i++] - '0');
        return value;
    }
}
