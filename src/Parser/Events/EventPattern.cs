using System.Text;

namespace KvmTraceLab.Parser.Events;

/// <summary>
/// One spelling of an event's payload, compiled to a short list of steps that both reads and prints it.
/// </summary>
/// <remarks>
/// The language: literal text; <c>{f}</c> decimal; <c>{f:d}</c> the same, printed signed, <c>{f:d2}</c> padded to two digits; <c>{f:x}</c> hexadecimal
/// (<c>0x</c> accepted in any case; <c>x8</c>, <c>x16</c> print zero-padded; <c>#x</c> prints like C's <c>%#x</c>, <c>#x16</c> like <c>%#016x</c>);
/// <c>{f:a|b}</c> one of these words, by position, or by number with <c>{f:a=3|b=7}</c>; <c>{f:@name}</c> a vocabulary;
/// <c>{f:3.2:a|b}</c> words for the two bits of f from bit 3 up, <c>{f:0.8}</c> such bits in decimal, <c>{f:0.8x}</c> in
/// hexadecimal; a field that the pattern has read whole before is only printed by its bits or vocabulary, its text is
/// read over; <c>{f:t}</c> a token, <c>{f:s}</c> the rest of the line, both kept as text; <c>{*}</c> any token, not kept;
/// <c>[…]</c> optional; <c>[?f|…]</c> a flag: present sets f to 1, absent to 0; <c>[?f>1|…]</c> read over, printed when
/// f exceeds 1; <c>[?f.16|…]</c> a flag that is bit 16 of f; a backslash takes the next character literally. One blank stands for one or more blanks or tabs, because
/// tools pad and mail archives collapse.
/// </remarks>
public sealed class EventPattern
{
    private readonly Step[] _steps;

    private readonly ulong _required;
    private readonly ulong _plain;
    private readonly int _selective = -1;

    internal EventPattern(string source, Step[] steps)
    {
        Source = source;
        _steps = steps;
        var optional = false;
        for (var i = 0; i < steps.Length; i++)
        {
            optional = steps[i].Code == StepCode.OptionalStart || (optional && steps[i].Code != StepCode.OptionalEnd);
            if (steps[i].Code is StepCode.Rest or StepCode.Token) Texts |= 1UL << steps[i].Slot;
            if (steps[i].Code == StepCode.Hex) Hexes |= 1UL << steps[i].Slot;
            if (optional || steps[i].Slot < 0 || steps[i].Code == StepCode.OptionalEnd) continue;
            _required |= 1UL << steps[i].Slot;
            if (steps[i].Vocabulary is { Companion: not null }) _selective = i;
        }

        _plain = PlainSlots(steps);
    }

    /// <summary>Slots that one step alone fills, with a number as it stands.</summary>
    private static ulong PlainSlots(Step[] steps)
    {
        ulong numbers = 0, others = 0;
        foreach (var step in steps)
        {
            if (step.CompanionSlot >= 0) others |= 1UL << step.CompanionSlot;
            if (step.Slot < 0) continue;
            var bit = 1UL << step.Slot;
            if (step.Code is StepCode.Hex or StepCode.Decimal && (numbers & bit) == 0) numbers |= bit;
            else others |= bit;
        }

        return numbers & ~others;
    }

    /// <summary>
    /// Whether the row has all this spelling prints outside its optional parts, so that printing invents nothing.
    /// </summary>
    public bool CanPrint(in EventRow row)
    {
        if ((_required & ~row.Presence) != 0) return false;
        if (_selective < 0) return true;
        ref readonly var step = ref _steps[_selective];
        return step.Vocabulary!.Speaks(row[step.Slot], row[step.CompanionSlot]);
    }

    /// <summary>The pattern as written.</summary>
    public string Source { get; }

    /// <summary>
    /// Reads <paramref name="text"/>; <paramref name="end"/> is where the pattern stopped, so that the caller can tell a
    /// whole match from one with words left over. Slots of absent optional fields are set to zero.
    /// </summary>
    public bool TryRead(ReadOnlySpan<byte> text, int textOffset, Span<ulong> slots, out ulong presence, out int end) =>
        TryRead(text, textOffset, slots, out presence, out end, null);

    /// <inheritdoc cref="TryRead(ReadOnlySpan{byte}, int, Span{ulong}, out ulong, out int)"/>
    /// <remarks>Tells in <paramref name="numbers"/> where the numbers stood.</remarks>
    internal bool TryRead(ReadOnlySpan<byte> text, int textOffset, Span<ulong> slots, out ulong presence, out int end, NumberPlaces? numbers)
    {
        presence = 0;
        end = 0;
        numbers?.Clear();
        var at = ByteText.SkipBlanks(text, 0);
        var retryStep = -1;
        var retryAt = 0;
        ulong retryPresence = 0;
        for (var i = 0; i < _steps.Length; i++)
        {
            ref readonly var step = ref _steps[i];
            var ok = true;
            switch (step.Code)
            {
                case StepCode.Literal:
                    var literal = step.Literal;
                    if (text.Length - at >= literal.Length && text.Slice(at, literal.Length).SequenceEqual(literal)) at += literal.Length;
                    else ok = false;
                    break;
                case StepCode.Blank:
                    // At the end of the text, at its beginning and behind words that may be empty a blank may be missing.
                    if ((uint)at < (uint)text.Length)
                    {
                        if (ByteText.IsBlank(text[at])) at = ByteText.SkipBlanks(text, at + 1);
                        else ok = at == 0 || ByteText.IsBlank(text[at - 1]);
                    }
                    else
                    {
                        ok = retryStep < 0;
                    }

                    break;
                case StepCode.Hex or StepCode.Decimal:
                    var hex = step.Code == StepCode.Hex;
                    var from = at;
                    ok = hex ? ByteText.TryHex(text, ref at, out slots[step.Slot]) : ByteText.TryDecimal(text, ref at, out slots[step.Slot]);
                    presence |= 1UL << step.Slot;
                    if (numbers is not null && ok && (_plain >> step.Slot & 1) != 0) numbers.Add(new NumberPlace(from, at - from, step.Slot, hex));
                    break;
                case StepCode.Words:
                    ok = TryWord(step, text, ref at, out slots[step.Slot]);
                    presence |= 1UL << step.Slot;
                    break;
                case StepCode.Bits:
                    ok = TryBits(step, text, ref at, out var bits);
                    if (!step.Derived) slots[step.Slot] = step.First ? bits : slots[step.Slot] | bits;
                    presence |= 1UL << step.Slot;
                    break;
                case StepCode.Vocabulary:
                    ok = step.Vocabulary!.TryRead(text, ref at, out var value, out var companion);
                    if (!step.Derived) slots[step.Slot] = value;
                    presence |= 1UL << step.Slot;
                    if (step.CompanionSlot >= 0)
                    {
                        slots[step.CompanionSlot] = companion;
                        presence |= 1UL << step.CompanionSlot;
                    }

                    break;
                case StepCode.Token:
                    var token = ByteText.Token(text, ref at);
                    ok = token.Length > 0;
                    slots[step.Slot] = TextRef.Make(textOffset + at - token.Length, token.Length);
                    presence |= 1UL << step.Slot;
                    break;
                case StepCode.Rest:
                    var rest = text[at..].TrimEnd(" \t\r\n"u8);
                    slots[step.Slot] = TextRef.Make(textOffset + at, rest.Length);
                    presence |= 1UL << step.Slot;
                    at = text.Length;
                    break;
                case StepCode.Skip:
                    ok = ByteText.Token(text, ref at).Length > 0;
                    break;
                case StepCode.OptionalStart:
                    retryStep = step.Jump;
                    retryAt = at;
                    retryPresence = presence;
                    continue;
                case StepCode.OptionalEnd:
                    retryStep = -1;
                    if (step.Slot >= 0)
                    {
                        if (step.Shift < 0) slots[step.Slot] = 1;
                        else slots[step.Slot] |= 1UL << step.Shift;
                        presence |= 1UL << step.Slot;
                    }

                    continue;
            }

            if (ok) continue;
            if (retryStep < 0) return false;

            // The optional part is not there: forget what it read and go on behind it.
            ref readonly var optional = ref _steps[retryStep];
            at = retryAt;
            presence = retryPresence;
            numbers?.CutAt(retryAt);
            foreach (var slot in optional.GroupSlots) slots[slot] = 0;
            if (optional.Slot >= 0)
            {
                if (optional.Shift < 0) slots[optional.Slot] = 0;
                presence |= 1UL << optional.Slot;
            }

            i = retryStep;
            retryStep = -1;
        }

        end = at;
        return true;
    }

    internal ReadOnlySpan<Step> Steps => _steps;

    /// <summary>Slots of the fields outside its optional parts.</summary>
    internal ulong Required => _required;

    /// <summary>Slots that hold words of the text.</summary>
    internal ulong Texts { get; }

    /// <summary>Slots printed in hexadecimal.</summary>
    internal ulong Hexes { get; }

    /// <summary>Prints the row; optional parts appear when all their fields are present (or their flag is set).</summary>
    public void Print(in EventRow row, TextBuilder to, Dialect dialect, ulong starred = 0)
    {
        for (var i = 0; i < _steps.Length; i++)
        {
            ref readonly var step = ref _steps[i];
            switch (step.Code)
            {
                case StepCode.OptionalStart:
                    if (!ShowOptional(_steps[step.Jump], row)) i = step.Jump;
                    continue;
                case StepCode.OptionalEnd or StepCode.Skip:
                    continue;
                case StepCode.Literal:
                    to.Append(step.Literal);
                    continue;
                case StepCode.Blank:
                    to.Append((byte)' ');
                    continue;
            }

            if ((starred >> step.Slot & 1) != 0) to.Append((byte)'*');
            else PrintField(row, to, dialect, step);
        }
    }

    /// <summary>Prints the fields that the row has, each with the words before it; for rows that no spelling fits.</summary>
    public void PrintPresent(in EventRow row, TextBuilder to, Dialect dialect, ulong starred)
    {
        var words = 0;
        var any = false;
        for (var i = 0; i < _steps.Length; i++)
        {
            ref readonly var step = ref _steps[i];
            if (step.Code is StepCode.Literal or StepCode.Blank or StepCode.OptionalStart or StepCode.OptionalEnd or StepCode.Skip or StepCode.Bits) continue;
            if (row.Has(step.Slot))
            {
                for (var w = words; w < i; w++)
                {
                    if (_steps[w].Code == StepCode.Literal) to.Append(_steps[w].Literal);
                    else if (_steps[w].Code == StepCode.Blank && any) to.Append((byte)' ');
                    any = true;
                }

                if ((starred >> step.Slot & 1) != 0) to.Append((byte)'*');
                else PrintField(row, to, dialect, step);
                any = true;
                if (i + 1 < _steps.Length && _steps[i + 1] is { Code: StepCode.Literal, Literal: [(byte)')' or (byte)',' or (byte)':' or (byte)';', ..] })
                    to.Append(_steps[++i].Literal);
            }

            words = i + 1;
        }
    }

    private static void PrintField(in EventRow row, TextBuilder to, Dialect dialect, in Step step)
    {
        var value = row[step.Slot];
        switch (step.Code)
        {
            case StepCode.Hex:
                if (step.Prefix || (step.Alternate && value != 0)) to.Append("0x"u8);
                // C counts the 0x of %#016x as two of the sixteen.
                to.AppendHex(value, step.Alternate && value != 0 ? Math.Max(1, step.Width - 2) : step.Width);
                break;
            case StepCode.Bits:
                var bits = (value >> step.Shift) & ((1UL << step.BitCount) - 1);
                if (step.Words is not null) PrintWord(to, step, bits);
                else if (step.Alternate) to.AppendHex(bits);
                else to.AppendDecimal(bits);
                break;
            case StepCode.Decimal:
                if (step.Alternate) to.AppendSigned((long)value);
                else to.AppendDecimal(value, step.Width);
                break;
            case StepCode.Words:
                PrintWord(to, step, value);
                break;
            case StepCode.Vocabulary:
                step.Vocabulary!.Print(to, value, step.CompanionSlot >= 0 ? row[step.CompanionSlot] : 0, dialect);
                break;
            case StepCode.Token or StepCode.Rest:
                to.Append(row.TextOf(value));
                break;
        }
    }

    private static bool ShowOptional(in Step end, in EventRow row)
    {
        if (end.Slot >= 0) return end.Shift < 0 ? row[end.Slot] != 0 : (row[end.Slot] >> end.Shift & 1) != 0;
        if (end.ConditionSlot >= 0) return row[end.ConditionSlot] > end.ConditionAbove;
        if (end.GroupSlots.Length == 0) return false;
        foreach (var slot in end.GroupSlots)
            if (!row.Has(slot)) return false;
        return true;
    }

    internal static bool TryWord(in Step step, ReadOnlySpan<byte> text, ref int at, out ulong value)
    {
        var rest = text[at..];
        var best = -1;
        var words = step.Words!;
        for (var i = 0; i < words.Length; i++)
        {
            if (rest.StartsWith(words[i].Text) && (best < 0 || words[i].Text.Length > words[best].Text.Length)) best = i;
        }

        value = best < 0 ? 0 : words[best].Value;
        // __print_symbolic spells numbers without a name in hexadecimal.
        if (best < 0) return rest.StartsWith("0x"u8) && ByteText.TryHex(text, ref at, out value);
        at += words[best].Text.Length;
        return true;
    }

    private static bool TryBits(in Step step, ReadOnlySpan<byte> text, ref int at, out ulong bits)
    {
        var ok = step.Words is not null ? TryWord(step, text, ref at, out bits)
            : step.Alternate ? ByteText.TryHex(text, ref at, out bits)
            : ByteText.TryDecimal(text, ref at, out bits);
        bits = (bits & ((1UL << step.BitCount) - 1)) << step.Shift;
        return ok;
    }

    private static void PrintWord(TextBuilder to, in Step step, ulong value)
    {
        foreach (var word in step.Words!)
        {
            if (word.Value != value) continue;
            to.Append(word.Text);
            return;
        }

        to.Append("0x"u8).AppendHex(value);
    }

    public override string ToString() => Source;

    internal enum StepCode : byte
    {
        Literal, Blank, Hex, Decimal, Words, Bits, Vocabulary, Token, Rest, Skip, OptionalStart, OptionalEnd,
    }

    internal struct Step
    {
        public Step()
        {
        }

        public StepCode Code;
        public bool Alternate;
        public bool Prefix;
        public int Slot = -1;
        public int CompanionSlot = -1;
        public int ConditionSlot = -1;
        public ulong ConditionAbove;
        public int Width = 1;
        public int Shift = -1;
        public int BitCount;

        /// <summary>The first of several bit fields of one slot: clears it.</summary>
        public bool First;

        /// <summary>Read whole before: this only shows it in words.</summary>
        public bool Derived;
        public int Jump;
        public byte[] Literal = [];
        public int[] GroupSlots = [];
        public (byte[] Text, ulong Value)[]? Words;
        public Vocabulary.Vocabulary? Vocabulary;
    }
}
