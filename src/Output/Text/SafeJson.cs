using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace KvmTraceLab.Output.Text;

/// <summary>
/// How strings are written in JSON: only what must be escaped is, and what could drive a terminal or forge lines of it (DEL, C1
/// controls, bidirectional overrides, line separators; see <see cref="SafeText"/>). The value read back is the same.
/// </summary>
public sealed class SafeJson : JavaScriptEncoder
{
    private const string PlainText = " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    /// <summary>What stands in JSON as it is: printable ASCII but for the quote and the backslash.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create(PlainText);
    private static readonly SearchValues<byte> PlainBytes = SearchValues.Create(Encoding.ASCII.GetBytes(PlainText));

    public static SafeJson Encoder { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => 12;

    public override bool WillEncode(int unicodeScalar) => UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar) || SafeText.IsUnsafe(unicodeScalar);

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        for (var i = 0; i < span.Length; i++)
        {
            var plain = span[i..].IndexOfAnyExcept(Plain);
            if (plain < 0) return -1;
            i += plain;
            if (Rune.DecodeFromUtf16(span[i..], out var rune, out _) != OperationStatus.Done || WillEncode(rune.Value)) return i;
            i += rune.Utf16SequenceLength - 1;
        }

        return -1;
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        for (var i = 0; i < utf8Text.Length; i++)
        {
            var plain = utf8Text[i..].IndexOfAnyExcept(PlainBytes);
            if (plain < 0) return -1;
            i += plain;
            if (Rune.DecodeFromUtf8(utf8Text[i..], out var rune, out var length) != OperationStatus.Done || WillEncode(rune.Value)) return i;
            i += length - 1;
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        if (UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar)) return UnsafeRelaxedJsonEscaping.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
        var to = new Span<char>(buffer, bufferLength);
        numberOfCharactersWritten = 0;
        Span<char> units = stackalloc char[2];
        var count = Rune.TryCreate(unicodeScalar, out var rune) ? rune.EncodeToUtf16(units) : 0;
        if (count == 0 || count * 6 > bufferLength) return false;
        foreach (var unit in units[..count])
        {
            to[numberOfCharactersWritten++] = '\\';
            to[numberOfCharactersWritten++] = 'u';
            for (var shift = 12; shift >= 0; shift -= 4) to[numberOfCharactersWritten++] = "0123456789abcdef"[(unit >> shift) & 15];
        }

        return true;
    }
}
