using System.Buffers.Binary;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Reads the fractions of seconds that traces have, eight digits at a time.</summary>
internal static class Digits
{
    /// <summary>Six or nine digits and a colon, as nanoseconds; anything else is left to the general reader.</summary>
    public static bool TryFraction(ReadOnlySpan<byte> text, int digits, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text.Length < 10) return false;
        var eight = BinaryPrimitives.ReadUInt64LittleEndian(text);
        if (digits == 6)
        {
            // Two zeros before the six digits.
            if (text[6] != ':' || !TryEight((eight << 16) | 0x3030, out var microseconds)) return false;
            nanoseconds = microseconds * 1000L;
            return true;
        }

        if (digits != 9 || text[9] != ':' || (uint)(text[8] - '0') > 9 || !TryEight(eight, out var tens)) return false;
        nanoseconds = (tens * 10L) + (text[8] - '0');
        return true;
    }

    /// <summary>The number that eight ASCII digits spell; the first one is the lowest byte.</summary>
    private static bool TryEight(ulong text, out uint number)
    {
        var value = text - 0x3030303030303030;
        number = 0;

        // Every byte was '0' or more, and no byte exceeds 9.
        if (((text & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030) != 0 || ((value + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) != 0) return false;
        value = (value * 10) + (value >> 8);
        value = (((value & 0x000000ff000000ff) * 0x000f424000000064) + (((value >> 16) & 0x000000ff000000ff) * 0x0000271000000001)) >> 32;
        number = (uint)value;
        return true;
    }
}
