using System.Globalization;
using System.Text;

namespace KvmTraceLab.Parser.Events;

/// <summary>A growing buffer of UTF-8 text with the number forms that tracepoints use.</summary>
public sealed class TextBuilder
{
    private byte[] _bytes = new byte[256];
    private int _length;

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public TextBuilder Append(ReadOnlySpan<byte> utf8)
    {
        Reserve(utf8.Length);
        utf8.CopyTo(_bytes.AsSpan(_length));
        _length += utf8.Length;
        return this;
    }

    public TextBuilder Append(string text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));
        return this;
    }

    public TextBuilder Append(byte single)
    {
        Reserve(1);
        _bytes[_length++] = single;
        return this;
    }

    public TextBuilder AppendDecimal(ulong value)
    {
        Reserve(24);
        value.TryFormat(_bytes.AsSpan(_length), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    /// <summary>With zeros before it, so that it has as many digits at least.</summary>
    public TextBuilder AppendDecimal(ulong value, int digits)
    {
        for (var power = 10UL; digits > 1; digits--, power *= 10)
            if (value < power) Append((byte)'0');
        return AppendDecimal(value);
    }

    public TextBuilder AppendSigned(long value)
    {
        Reserve(24);
        value.TryFormat(_bytes.AsSpan(_length), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    /// <summary>Lower-case hexadecimal without prefix, zero-padded to <paramref name="width"/> digits.</summary>
    public TextBuilder AppendHex(ulong value, int width = 1)
    {
        var digits = Math.Max(width, 16 - (System.Numerics.BitOperations.LeadingZeroCount(value | 1) >> 2));
        Reserve(digits);
        for (var i = digits - 1; i >= 0; i--)
        {
            _bytes[_length + i] = "0123456789abcdef"u8[(int)(value & 15)];
            value >>= 4;
        }

        _length += digits;
        return this;
    }

    public override string ToString() => Encoding.UTF8.GetString(_bytes, 0, _length);

    private void Reserve(int more)
    {
        if (_length + more > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
    }
}
