using System.Text;

namespace KvmTraceLab.Parser.Events;

/// <summary>
/// What one tracepoint looks like: its name, its fields by the kernel's names, and its text in every dialect. Text is
/// read, records are bound, payloads are printed and columns are named from this one declaration.
/// </summary>
public sealed class EventShape
{
    private readonly IIrregularPayload? _irregular;
    private readonly RecordCompletion? _complete;
    private readonly string _completeUnless;
    private readonly Func<Layout> _build;
    private Layout? _layout;
    private PartialPayload? _partial;

    /// <param name="name">The event's name without its system.</param>
    /// <param name="plugin">trace-cmd's default spelling; the spelling of reports.</param>
    /// <param name="kernel">The newest kernel's spelling where it differs.</param>
    /// <param name="older">Spellings of other kernels and tools, tried in this order.</param>
    /// <param name="keys">Names of the fields that tell events of this kind apart.</param>
    /// <param name="values">Names of fields that hold values read or written: not compared, shown as <c>*</c>.</param>
    /// <param name="rip">Name of the field that holds the guest's instruction pointer.</param>
    /// <param name="address">Name of the field that holds a guest physical address in bytes; its frame is compared.</param>
    /// <param name="frame">Name of the field that holds a guest frame number.</param>
    /// <param name="fields">Fields in slot order; those that only the patterns name are appended.</param>
    /// <param name="aliases">Other names of fields in format files: <c>"exit_reason=exit_code guest_rip=rip"</c>.</param>
    /// <param name="system">The tracepoint's system: <c>kvm</c> or <c>kvmmmu</c>.</param>
    /// <param name="complete">Computes fields that text carries from fields of other names in raw records.</param>
    /// <param name="completeUnless">A field that, where the record has it, makes <paramref name="complete"/> needless.</param>
    /// <param name="irregular">A reader and printer for payloads that patterns cannot express.</param>
    public EventShape(
        string name,
        string? plugin = null,
        string? kernel = null,
        string[]? older = null,
        string keys = "",
        string values = "",
        string rip = "",
        string address = "",
        string frame = "",
        string fields = "",
        string aliases = "",
        string system = "kvm",
        IIrregularPayload? irregular = null,
        RecordCompletion? complete = null,
        string completeUnless = "")
    {
        _complete = complete;
        Name = name;
        System = system;
        _irregular = irregular;
        _completeUnless = completeUnless;
        _build = () => Build(plugin, kernel, older ?? [], keys, values, rip, address, frame, fields, aliases);
    }

    public string System { get; }

    public string Name { get; }

    public IReadOnlyList<EventField> Fields => Known.Fields;

    public IReadOnlyList<EventPattern> Patterns => Known.Patterns;

    public bool IsIrregular => _irregular is not null;

    /// <summary>A record needs <see cref="CompleteFromRecord"/> once the slots in <paramref name="bound"/> were filled by name.</summary>
    public bool NeedsRecord(ulong bound) =>
        _irregular is not null || (_complete is not null && (_completeUnless.Length == 0 || (bound >> Known.Slots[_completeUnless] & 1) == 0));

    /// <summary>Slots of one row: one a field, and one for the presence mask.</summary>
    public int Width => Known.Width;

    /// <summary>The slot that holds the presence mask, behind the fields.</summary>
    public int PresenceSlot => Width - 1;

    /// <summary>The slot of a field by its kernel name; the shape must have it.</summary>
    public int SlotOf(string field) => Known.Slots[field];

    public bool TrySlotOf(string field, out int slot) => Known.Slots.TryGetValue(field, out slot);

    /// <summary>
    /// Reads a payload by the spelling that matched last (<paramref name="hint"/>, kept by the caller), then by the others.
    /// A whole match wins over one with words left over; those are counted by the caller through
    /// <paramref name="leftOver"/>.
    /// </summary>
    public bool TryRead(ReadOnlySpan<byte> payload, int textOffset, Span<ulong> slots, ref byte hint, out bool leftOver) =>
        TryRead(payload, textOffset, slots, ref hint, out leftOver, null);

    /// <inheritdoc cref="TryRead(ReadOnlySpan{byte}, int, Span{ulong}, ref byte, out bool)"/>
    /// <remarks>Tells in <paramref name="numbers"/> where the numbers stood, if it was the spelling of the hint; else it is empty.</remarks>
    internal bool TryRead(ReadOnlySpan<byte> payload, int textOffset, Span<ulong> slots, ref byte hint, out bool leftOver, NumberPlaces? numbers)
    {
        leftOver = false;
        numbers?.Clear();
        var layout = Known;
        var width = layout.Width - 1;
        var fields = slots[..width];
        if (_irregular is not null)
        {
            numbers = null;
            fields.Clear();
            if (_irregular.TryRead(payload, textOffset, fields, out slots[width])) return true;
        }

        var patterns = layout.Patterns;
        if (hint < patterns.Length && patterns[hint].TryRead(payload, textOffset, fields, out slots[width], out var end, numbers) && IsBlank(payload, end))
        {
            if (slots[width] != (1UL << width) - 1) ClearAbsent(fields, slots[width]);
            return true;
        }

        numbers?.Clear();
        return TryReadSlowly(payload, textOffset, slots, ref hint, out leftOver);
    }

    /// <summary>Whether the event's own text prints the field in hexadecimal; <c>report -R</c> does so too.</summary>
    public bool PrintsHex(int slot) => (Known.Hexes >> slot & 1) != 0;

    /// <summary>Whether the slot holds a <see cref="TextRef"/>.</summary>
    public bool IsText(int slot) => (TextSlots >> slot & 1) != 0;

    /// <summary>Slots that may hold a piece of the batch's text.</summary>
    public ulong TextSlots => Known.Texts;

    /// <summary>Whether some spelling keeps words of the text, so that words behind it might match, too.</summary>
    public bool KeepsText => Known.KeepsText;

    /// <summary>Lets an irregular shape complete a row bound by field names.</summary>
    public void CompleteFromRecord(IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        _irregular?.FromRecord(record, slots[..Fields.Count], ref presence);
        _complete?.Invoke(this, record, slots[..Fields.Count], ref presence);
    }

    /// <summary>Prints the payload (what stands behind <c>event: </c>) in the given dialect.</summary>
    public void Print(in EventRow row, TextBuilder to, Dialect dialect, ulong starred = 0)
    {
        if (_irregular is not null) _irregular.Print(row, to, dialect, starred);
        else if ((row.Flags & RowFlags.Partial) != 0) Known.Patterns[0].PrintPresent(row, to, dialect, starred);
        else PatternFor(row, dialect).Print(row, to, dialect, starred);
    }

    /// <summary>Reads a payload that somebody shortened by hand; no spelling fits it, or only a beginning of it.</summary>
    public bool TryReadPartly(ReadOnlySpan<byte> payload, Span<ulong> slots) =>
        _irregular is null && (_partial ??= new PartialPayload(Known.Patterns, Known.Width - 1, Needed())).TryRead(payload, slots);

    /// <summary>Whether the text's first word is a word of some spelling.</summary>
    public bool BeginsWith(ReadOnlySpan<byte> payload)
    {
        var end = 0;
        while (end < payload.Length && IsLetter((char)payload[end])) end++;
        var word = Encoding.ASCII.GetString(payload[..end]);
        return end > 0 && Array.Exists(Known.Patterns, p => Has(p.Source, word));

        static bool IsLetter(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

        static bool Has(string source, string word)
        {
            for (var at = source.IndexOf(word, StringComparison.Ordinal); at >= 0; at = source.IndexOf(word, at + 1, StringComparison.Ordinal))
                if ((at == 0 || !IsLetter(source[at - 1])) && (at + word.Length == source.Length || !IsLetter(source[at + word.Length]))) return true;
            return false;
        }
    }

    /// <summary>What tells events of the kind apart, as far as the first spelling always has it.</summary>
    private ulong Needed()
    {
        ulong needed = 0;
        for (var slot = 0; slot < Fields.Count; slot++)
            if (Fields[slot].Role is FieldRole.Key or FieldRole.Address or FieldRole.Frame) needed |= 1UL << slot;
        return needed & Known.Patterns[0].Required;
    }

    /// <summary>The dialect's spelling, unless it needs fields the row lacks and another one does without.</summary>
    private EventPattern PatternFor(in EventRow row, Dialect dialect)
    {
        var preferred = dialect == Dialect.Kernel ? Known.Kernel ?? Known.Patterns[0] : Known.Patterns[0];
        if (preferred.CanPrint(row)) return preferred;
        foreach (var pattern in Known.Patterns)
            if (pattern.CanPrint(row)) return pattern;
        return preferred;
    }

    private bool TryReadSlowly(ReadOnlySpan<byte> payload, int textOffset, Span<ulong> slots, ref byte hint, out bool leftOver)
    {
        leftOver = false;
        var patterns = Known.Patterns;
        var width = Width - 1;
        var fields = slots[..width];
        var longest = -1;
        var longestEnd = -1;
        for (var i = 0; i < patterns.Length; i++)
        {
            if (!patterns[i].TryRead(payload, textOffset, fields, out slots[width], out var end)) continue;
            if (IsBlank(payload, end))
            {
                hint = (byte)i;
                ClearAbsent(fields, slots[width]);
                return true;
            }

            // Words behind a match must be set off by a blank, else a number was cut in two.
            if (end <= longestEnd || !ByteText.IsBlank(payload[end])) continue;
            longest = i;
            longestEnd = end;
        }

        if (longest < 0) return false;
        patterns[longest].TryRead(payload, textOffset, fields, out slots[width], out _);
        ClearAbsent(fields, slots[width]);
        leftOver = true;
        return true;
    }

    private static void ClearAbsent(Span<ulong> fields, ulong presence)
    {
        for (var i = 0; i < fields.Length; i++)
            if ((presence >> i & 1) == 0) fields[i] = 0;
    }

    private static bool IsBlank(ReadOnlySpan<byte> payload, int from)
    {
        for (var i = from; i < payload.Length; i++)
            if (!ByteText.IsBlank(payload[i])) return false;
        return true;
    }

    /// <summary>
    /// Compiled when first asked for: a trace has a dozen of the events known here. Two threads that ask at once make the
    /// same layout twice; either serves.
    /// </summary>
    private Layout Known => _layout ?? (_layout = _build());

    private Layout Build(
        string? plugin, string? kernel, string[] older, string keys, string values, string rip, string address, string frame, string fields, string aliases)
    {
        List<string> names = [.. Split(fields)];
        var compiler = new PatternCompiler(names);
        var patterns = new List<EventPattern>();
        EventPattern? kernelPattern = null;
        if (plugin is not null) patterns.Add(compiler.Compile(plugin));
        if (kernel is not null) patterns.Add(kernelPattern = compiler.Compile(kernel));
        foreach (var text in older) patterns.Add(compiler.Compile(text));

        var made = new EventField[names.Count];
        var roleOf = new FieldRole[names.Count];
        Give(keys, FieldRole.Key);
        Give(values, FieldRole.Value);
        Give(rip, FieldRole.Rip);
        Give(address, FieldRole.Address);
        Give(frame, FieldRole.Frame);
        var aliasesOf = new List<string>?[names.Count];
        foreach (var pair in Split(aliases))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            (aliasesOf[Slot(pair[..equals])] ??= []).Add(pair[(equals + 1)..]);
        }

        var slots = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        for (var i = 0; i < made.Length; i++)
        {
            made[i] = new EventField(names[i], aliasesOf[i]?.ToArray() ?? [], roleOf[i]);
            slots[names[i]] = i;
        }

        ulong texts = 0, hexes = 0;
        foreach (var pattern in patterns) (texts, hexes) = (texts | pattern.Texts, hexes | pattern.Hexes);
        var keepsText = texts != 0;
        for (var i = 0; i < made.Length && _irregular is not null; i++)
        {
            if (_irregular.IsText(i)) texts |= 1UL << i;
            if (_irregular.PrintsHex(i)) hexes |= 1UL << i;
        }

        return new Layout([.. patterns], kernelPattern, made, slots, texts, hexes, keepsText);

        int Slot(string field) => names.IndexOf(field) is >= 0 and var slot ? slot : throw new ArgumentException($"{Name}: no field {field}");

        void Give(string list, FieldRole role)
        {
            foreach (var field in Split(list)) roleOf[Slot(field)] = role;
        }
    }

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"{System}:{Name}";

    private sealed record Layout(
        EventPattern[] Patterns, EventPattern? Kernel, EventField[] Fields, Dictionary<string, int> Slots, ulong Texts, ulong Hexes, bool KeepsText)
    {
        public int Width { get; } = Fields.Length + 1;
    }
}
