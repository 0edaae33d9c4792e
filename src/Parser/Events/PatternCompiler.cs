using System.Globalization;
using System.Text;
using KvmTraceLab.Parser.Events.Vocabulary;
using static KvmTraceLab.Parser.Events.EventPattern;

namespace KvmTraceLab.Parser.Events;

/// <summary>Compiles pattern text into steps, collecting the field names in order of first appearance.</summary>
internal sealed class PatternCompiler
{
    private readonly List<string> _fields;

    /// <summary>Slots the pattern at hand has read whole, and those it has read bits of.</summary>
    private readonly HashSet<int> _whole = [];
    private readonly HashSet<int> _partial = [];

    public PatternCompiler(List<string> fields) => _fields = fields;

    public EventPattern Compile(string source)
    {
        var steps = new List<Step>();
        var literal = new StringBuilder();
        var optionalAt = -1;
        _whole.Clear();
        _partial.Clear();
        for (var i = 0; i < source.Length; i++)
        {
            var c = source[i];
            switch (c)
            {
                case '\\':
                    literal.Append(source[++i]);
                    break;
                case ' ':
                    Flush(steps, literal);
                    if (steps.Count == 0 || steps[^1].Code != StepCode.Blank) steps.Add(new Step { Code = StepCode.Blank });
                    break;
                case '{':
                    var close = source.IndexOf('}', i);
                    var field = Field(source[(i + 1)..close]);
                    field.Prefix = field is { Code: StepCode.Hex, Alternate: false } && TakePrefix(literal);
                    Flush(steps, literal);
                    steps.Add(field);
                    i = close;
                    break;
                case '[':
                    Flush(steps, literal);
                    if (optionalAt >= 0) throw new ArgumentException($"nested optional part in pattern: {source}");
                    var start = new Step { Code = StepCode.OptionalStart };
                    if (source[i + 1] == '?')
                    {
                        var bar = source.IndexOf('|', i);
                        Condition(source[(i + 2)..bar], ref start);
                        i = bar;
                    }

                    optionalAt = steps.Count;
                    steps.Add(start);
                    break;
                case ']':
                    Flush(steps, literal);
                    CloseOptional(steps, optionalAt);
                    optionalAt = -1;
                    break;
                default:
                    literal.Append(c);
                    break;
            }
        }

        if (optionalAt >= 0) throw new ArgumentException($"optional part never closed in pattern: {source}");
        Flush(steps, literal);
        return new EventPattern(source, [.. steps]);
    }

    private static void CloseOptional(List<Step> steps, int optionalAt)
    {
        if (optionalAt < 0) throw new ArgumentException("']' without '[' in a pattern");
        var slots = new List<int>();
        for (var s = optionalAt + 1; s < steps.Count; s++)
        {
            if (steps[s].Slot >= 0 && !steps[s].Derived) slots.Add(steps[s].Slot);
            if (steps[s].CompanionSlot >= 0) slots.Add(steps[s].CompanionSlot);
        }

        var start = steps[optionalAt];
        start.Jump = steps.Count;
        steps[optionalAt] = start;
        steps.Add(new Step
        {
            Code = StepCode.OptionalEnd, Slot = start.Slot, ConditionSlot = start.ConditionSlot,
            ConditionAbove = start.ConditionAbove, Shift = start.Shift, GroupSlots = [.. slots],
        });
    }

    private void Condition(string text, ref Step start)
    {
        var greater = text.IndexOf('>', StringComparison.Ordinal);
        if (greater < 0)
        {
            var dot = text.IndexOf('.', StringComparison.Ordinal);
            start.Slot = SlotOf(dot < 0 ? text : text[..dot]);
            if (dot >= 0) start.Shift = int.Parse(text[(dot + 1)..], CultureInfo.InvariantCulture);
            return;
        }

        start.ConditionSlot = SlotOf(text[..greater]);
        start.ConditionAbove = ulong.Parse(text[(greater + 1)..], CultureInfo.InvariantCulture);
    }

    private Step Field(string text)
    {
        if (text == "*") return new Step { Code = StepCode.Skip };
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        var form = colon < 0 ? "" : text[(colon + 1)..];
        var step = new Step { Slot = SlotOf(name) };
        if (form.Length > 0 && char.IsAsciiDigit(form[0]))
        {
            Bits(form, ref step);
            return step;
        }

        switch (form)
        {
            case "":
                step.Code = StepCode.Decimal;
                break;
            case "d":
                step.Code = StepCode.Decimal;
                step.Alternate = true;
                break;
            case var _ when form.StartsWith("#x", StringComparison.Ordinal):
                step.Code = StepCode.Hex;
                step.Alternate = true;
                if (form.Length > 2) step.Width = int.Parse(form[2..], CultureInfo.InvariantCulture);
                break;
            case var _ when form[0] == 'd' && form[1..].All(char.IsAsciiDigit):
                step.Code = StepCode.Decimal;
                step.Width = int.Parse(form[1..], CultureInfo.InvariantCulture);
                break;
            case "t":
                step.Code = StepCode.Token;
                break;
            case "s":
                step.Code = StepCode.Rest;
                break;
            case var _ when form[0] == '@':
                step.Code = StepCode.Vocabulary;
                step.Vocabulary = Vocabularies.Get(form[1..]);
                if (step.Vocabulary.Companion is { } companion) step.CompanionSlot = SlotOf(companion);
                break;
            case var _ when form[0] == 'x' && form[1..].All(char.IsAsciiDigit):
                step.Code = StepCode.Hex;
                if (form.Length > 1) step.Width = int.Parse(form[1..], CultureInfo.InvariantCulture);
                break;
            default:
                step.Code = StepCode.Words;
                step.Words = WordsOf(form);
                break;
        }

        step.Derived = !_whole.Add(step.Slot);
        return step;
    }

    /// <summary><c>shift.count</c>, then <c>x</c> for hexadecimal, or a colon and words.</summary>
    private void Bits(string form, ref Step step)
    {
        step.Code = StepCode.Bits;
        var colon = form.IndexOf(':', StringComparison.Ordinal);
        var range = colon < 0 ? form : form[..colon];
        step.Alternate = range[^1] == 'x';
        var numbers = range.TrimEnd('x').Split('.');
        step.Shift = int.Parse(numbers[0], CultureInfo.InvariantCulture);
        step.BitCount = int.Parse(numbers[1], CultureInfo.InvariantCulture);
        if (colon >= 0) step.Words = WordsOf(form[(colon + 1)..]);
        step.Derived = _whole.Contains(step.Slot);
        step.First = _partial.Add(step.Slot);
    }

    private static (byte[] Text, ulong Value)[] WordsOf(string form)
    {
        var texts = form.Split('|');
        var words = new (byte[] Text, ulong Value)[texts.Length];
        for (var i = 0; i < words.Length; i++) words[i] = Word(texts[i], i);
        return words;
    }

    private static (byte[] Text, ulong Value) Word(string text, int index)
    {
        var equals = text.LastIndexOf('=');
        return equals < 0
            ? (Encoding.UTF8.GetBytes(text), (ulong)index)
            : (Encoding.UTF8.GetBytes(text[..equals]), ulong.Parse(text[(equals + 1)..], CultureInfo.InvariantCulture));
    }

    private int SlotOf(string name)
    {
        var slot = _fields.IndexOf(name);
        if (slot >= 0) return slot;
        if (_fields.Count >= 62) throw new ArgumentException("a shape holds at most 62 fields");
        _fields.Add(name);
        return _fields.Count - 1;
    }

    /// <summary>Moves a <c>0x</c> from the literal into the field: text is read with or without it.</summary>
    private static bool TakePrefix(StringBuilder literal)
    {
        if (literal.Length < 2 || literal[^1] != 'x' || literal[^2] != '0') return false;
        literal.Length -= 2;
        return true;
    }

    private static void Flush(List<Step> steps, StringBuilder literal)
    {
        if (literal.Length == 0) return;
        steps.Add(new Step { Code = StepCode.Literal, Literal = Encoding.UTF8.GetBytes(literal.ToString()) });
        literal.Clear();
    }
}
