using System.Runtime.CompilerServices;

namespace KvmTraceLab.Parser.Events;

/// <summary>Reading numbers and words from UTF-8 text without allocation.</summary>
public static class ByteText
{
    /// <summary>Value of a hexadecimal digit, or 255.</summary>
    private static ReadOnlySpan<byte> Nibble =>
    [
        255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,
        255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,0,1,2,3,4,5,6,7,8,9,255,255,255,255,255,255,
        255,10,11,12,13,14,15,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,
        255,10,11,12,13,14,15,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,
        255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,
        255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,
        255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,
        255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,255,
    ];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r';

    public static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    public static bool IsHexDigit(byte b) => Nibble[b] < 16;

    public static int SkipBlanks(ReadOnlySpan<byte> text, int at)
    {
        while ((uint)at < (uint)text.Length && IsBlank(text[at])) at++;
        return at;
    }

    /// <summary>Reads hexadecimal digits, with or without <c>0x</c>; more than 16 digits do not match.</summary>
    public static bool TryHex(ReadOnlySpan<byte> text, ref int at, out ulong value)
    {
        var i = at;
        if (i + 1 < text.Length && text[i] == '0' && (text[i + 1] | 0x20) == 'x') i += 2;
        var start = i;
        ulong v = 0;
        while ((uint)i < (uint)text.Length)
        {
            var nibble = Nibble[text[i]];
            if (nibble > 15) break;
            v = (v << 4) | nibble;
            i++;
        }

        value = v;
        // %#016lx and friends pad with zeros, so more than 16 digits may still be one 64-bit number.
        if (i == start) return false;
        if (i - start > 16 && text[start..(i - 16)].ContainsAnyExcept((byte)'0')) return false;
        at = i;
        return true;
    }

    /// <summary>Reads an unsigned or negative decimal; a negative one is returned in two's complement.</summary>
    public static bool TryDecimal(ReadOnlySpan<byte> text, ref int at, out ulong value)
    {
        var i = at;
        var negative = (uint)i < (uint)text.Length && text[i] == '-';
        if (negative) i++;
        var start = i;
        ulong v = 0;
        while ((uint)i < (uint)text.Length)
        {
            var digit = (uint)(text[i] - '0');
            if (digit > 9) break;
            if (v > 1844674407370955161UL || (v == 1844674407370955161UL && digit > 5))
            {
                value = 0;
                return false; // does not fit 64 bits
            }

            v = (v * 10) + digit;
            i++;
        }

        value = negative ? unchecked(0 - v) : v;
        if (i == start) return false;
        at = i;
        return true;
    }

    /// <summary>A run of bytes up to the next blank.</summary>
    public static ReadOnlySpan<byte> Token(ReadOnlySpan<byte> text, ref int at)
    {
        var start = at;
        while ((uint)at < (uint)text.Length && !IsBlank(text[at])) at++;
        return text[start..at];
    }

    /// <summary>A run of letters, digits and underscores.</summary>
    public static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text, ref int at)
    {
        var start = at;
        while ((uint)at < (uint)text.Length && (char.IsAsciiLetterOrDigit((char)text[at]) || text[at] == '_')) at++;
        return text[start..at];
    }
}
