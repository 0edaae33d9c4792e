using System.Text;
using static KvmTraceLab.Parser.Events.EventPattern;

namespace KvmTraceLab.Parser.Events;

/// <summary>
/// Reads what people left of a payload they shortened: each field that still stands behind the word the shape's own
/// spellings put before it, in any order. It says nothing where what tells events of the kind apart is gone.
/// </summary>
internal sealed class PartialPayload
{
    private readonly Dictionary<string, Step[]> _behind = new(StringComparer.Ordinal);
    private readonly List<Step[]> _leading = [];
    private readonly int _width;

    /// <summary>Slots a shortened payload must still have.</summary>
    private readonly ulong _needed;

    public PartialPayload(IEnumerable<EventPattern> patterns, int width, ulong needed)
    {
        _width = width;
        _needed = needed;
        foreach (var pattern in patterns) Learn(pattern.Steps);
    }

    public bool TryRead(ReadOnlySpan<byte> text, Span<ulong> slots)
    {
        slots[..(_width + 1)].Clear();
        ulong presence = 0;
        var at = ByteText.SkipBlanks(text, 0);
        foreach (var fields in _leading)
            if (TryFields(fields, text, ref at, slots, ref presence)) break;
        while (at < text.Length)
        {
            var word = at;
            while (at < text.Length && !IsBreak(text[at])) at++;
            var known = at > word && _behind.TryGetValue(Encoding.UTF8.GetString(text[word..at]), out var fields) ? fields : null;
            while (at < text.Length && IsBreak(text[at])) at++;
            if (known is [var first, ..] && at > 0 && text[at - 1] == '=' && first.Code is (StepCode.Hex or StepCode.Decimal)) known = null; // another tool's spelling
            if (known is not null) TryFields(known, text, ref at, slots, ref presence);
        }

        slots[_width] = presence;
        return presence != 0 && (presence & _needed) == _needed;
    }

    private static bool TryFields(Step[] fields, ReadOnlySpan<byte> text, ref int at, Span<ulong> slots, ref ulong presence)
    {
        var any = false;
        foreach (var step in fields)
        {
            var end = at;
            ulong companion = 0;
            ulong value;
            var ok = step.Code switch
            {
                StepCode.Hex => ByteText.TryHex(text, ref end, out value),
                StepCode.Decimal => ByteText.TryDecimal(text, ref end, out value),
                StepCode.Words => TryWord(step, text, ref end, out value),
                _ => step.Vocabulary!.TryRead(text, ref end, out value, out companion),
            };
            if (!ok || (end < text.Length && !IsBreak(text[end]))) break;
            Set(step.Slot, value, slots, ref presence);
            if (step.CompanionSlot >= 0) Set(step.CompanionSlot, companion, slots, ref presence);
            at = end;
            while (at < text.Length && IsBreak(text[at])) at++;
            any = true;
        }

        return any;
    }

    private static void Set(int slot, ulong value, Span<ulong> slots, ref ulong presence)
    {
        if ((presence >> slot & 1) != 0) return;
        slots[slot] = value;
        presence |= 1UL << slot;
    }

    private static bool IsBreak(byte b) => ByteText.IsBlank(b) || b is (byte)',' or (byte)';' or (byte)':' or (byte)'=';

    /// <summary>A word and the fields right behind it; fields with nothing before them lead the payload.</summary>
    private void Learn(ReadOnlySpan<Step> steps)
    {
        var word = "";
        var run = new List<Step>();
        var leads = true;
        foreach (var step in steps)
        {
            switch (step.Code)
            {
                case StepCode.Blank:
                    continue;
                case StepCode.Hex or StepCode.Decimal or StepCode.Words or StepCode.Vocabulary when !step.Derived:
                    run.Add(step);
                    continue;
            }

            Keep(word, run, leads);
            leads = false;
            word = step.Code == StepCode.Literal ? Encoding.UTF8.GetString(step.Literal).Trim(' ', ',', ';', ':', '=') : "";
        }

        Keep(word, run, leads);
    }

    private void Keep(string word, List<Step> run, bool leads)
    {
        if (run.Count > 0)
        {
            if (leads) _leading.Add([.. run]);
            else if (word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) _behind.TryAdd(word, [.. run]);
        }

        run.Clear();
    }
}
