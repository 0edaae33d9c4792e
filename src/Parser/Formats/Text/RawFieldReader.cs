using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>
/// Reads <c>trace-cmd report -R</c> payloads: <c>name=value name=value</c>. The tool prints each number in the base of the
/// event's own print format, with or without <c>0x</c>, so the base comes from the shape's patterns. ftrace's option <c>fields</c>
/// prints <c>name=0x7f (127)</c>, and bytes as <c>name=(1)</c> or <c>name='A'(65)</c>.
/// </summary>
internal static class RawFieldReader
{
    public static bool TryRead(EventShape shape, ReadOnlySpan<byte> payload, int textOffset, Span<ulong> slots)
    {
        var first = ByteText.SkipBlanks(payload, 0);
        ByteText.Word(payload, ref first);
        if (first >= payload.Length || payload[first] != '=') return false; // the tool prints nothing else
        var width = shape.Fields.Count;
        slots[..(width + 1)].Clear();
        var record = new RawFields(payload.ToArray());
        if (record.Count == 0) return false;
        ulong presence = 0;
        for (var slot = 0; slot < width; slot++)
        {
            if (!TryField(record, shape.Fields[slot], shape.PrintsHex(slot), textOffset, out slots[slot], out var isText)) continue;
            if (isText && !shape.IsText(slot))
            {
                slots[slot] = 0; // a word where a number belongs: not this tool's spelling
                continue;
            }

            presence |= 1UL << slot;
        }

        // What is computed from fields needs fields.
        if (presence == 0) return false;
        shape.CompleteFromRecord(record, slots, ref presence);
        slots[width] = presence;
        return presence != 0;
    }

    private static bool TryField(RawFields record, EventField field, bool hex, int textOffset, out ulong value, out bool isText)
    {
        if (record.TryGet(field.Name, hex, textOffset, out value, out isText)) return true;
        foreach (var alias in field.Aliases)
            if (record.TryGet(alias, hex, textOffset, out value, out isText)) return true;
        return false;
    }

    /// <summary>The name=value pairs of one payload. Slow; -R text is a debugging aid.</summary>
    private sealed class RawFields : IRecordFields
    {
        private readonly byte[] _text;
        private readonly List<(string Name, int Start, int Length)> _pairs = [];

        public RawFields(byte[] text)
        {
            _text = text;
            var at = 0;
            while (at < text.Length)
            {
                at = ByteText.SkipBlanks(text, at);
                var nameStart = at;
                ByteText.Word(text, ref at);
                if (at == nameStart || at >= text.Length || text[at] != '=')
                {
                    // Part of the value before (a string with blanks, or an array).
                    var part = ByteText.Token(text, ref at);
                    if (part.SequenceEqual("//"u8)) break; // a note by hand
                    if (_pairs.Count > 0 && at > nameStart && !IsSameInDecimal(part))
                    {
                        var last = _pairs[^1];
                        _pairs[^1] = last with { Length = at - last.Start };
                    }

                    continue;
                }

                var name = System.Text.Encoding.UTF8.GetString(text, nameStart, at - nameStart);
                var start = ++at;
                ByteText.Token(text, ref at);
                _pairs.Add((name, start, at - start));
            }
        }

        public int Count => _pairs.Count;

        /// <summary><c>(127)</c> behind a number: the same in decimal.</summary>
        private static bool IsSameInDecimal(ReadOnlySpan<byte> part) =>
            part.Length > 2 && part[0] == '(' && part[^1] == ')' && !part[(part[1] == '-' ? 2 : 1)..^1].ContainsAnyExceptInRange((byte)'0', (byte)'9');

        /// <summary>What stands for the number: of <c>(1)</c> and <c>'A'(65)</c> that in brackets.</summary>
        private ReadOnlySpan<byte> ValueAt(int start, int length, out bool isByte)
        {
            var text = (ReadOnlySpan<byte>)_text.AsSpan(start, length);
            var open = text.Length > 4 && text[0] == '\'' && text[2] == '\'' ? 3 : 0;
            isByte = IsSameInDecimal(text[open..]);
            return isByte ? text[(open + 1)..^1] : text;
        }

        public bool TryGet(string name, bool hex, int textOffset, out ulong value, out bool isText)
        {
            value = 0;
            isText = false;
            if (!TryFind(name, out var start, out var length) || length == 0) return false;
            var text = ValueAt(start, length, out var isByte);
            var at = 0;
            if (text.StartsWith("0x"u8) || (hex && !isByte))
            {
                if (ByteText.TryHex(text, ref at, out value) && at == text.Length) return true;
            }
            else if (ByteText.TryDecimal(text, ref at, out value) && at == text.Length)
            {
                return true;
            }

            at = 0;
            if (ByteText.TryHex(text, ref at, out value) && at == text.Length) return true;
            if (text.StartsWith("ARRAY["u8)) return false;
            value = TextRef.Make(textOffset + start, length);
            isText = true;
            return true;
        }

        public bool TryGetNumber(string name, out ulong value)
        {
            value = 0;
            if (!TryFind(name, out var start, out var length)) return false;
            var text = ValueAt(start, length, out _);
            var at = 0;
            if (text.StartsWith("0x"u8)) return ByteText.TryHex(text, ref at, out value);
            if (ByteText.TryDecimal(text, ref at, out value) && at == text.Length) return true;
            at = 0;
            return ByteText.TryHex(text, ref at, out value) && at == text.Length;
        }

        public bool TryGetBytes(string name, out ReadOnlySpan<byte> bytes)
        {
            bytes = default;
            if (!TryFind(name, out var start, out var length)) return false;
            var text = _text.AsSpan(start, length);
            if (!text.StartsWith("ARRAY["u8))
            {
                bytes = text;
                return true;
            }

            // ARRAY[66, 90, 00]: hexadecimal bytes.
            var list = new List<byte>();
            var at = "ARRAY["u8.Length;
            while (at < text.Length && text[at] != ']')
            {
                if (!ByteText.IsHexDigit(text[at]))
                {
                    at++;
                    continue;
                }

                if (!ByteText.TryHex(text, ref at, out var number)) break;
                list.Add((byte)number);
            }

            bytes = list.ToArray();
            return true;
        }

        private bool TryFind(string name, out int start, out int length)
        {
            foreach (var pair in _pairs)
            {
                if (pair.Name != name) continue;
                start = pair.Start;
                length = pair.Length;
                return true;
            }

            start = length = 0;
            return false;
        }
    }
}
