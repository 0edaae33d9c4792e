namespace KvmTraceLab.Parser.Events;

/// <summary>
/// What one tracepoint looks like: its name, its fields by the kernel's names, and its text in every dialect. Text is
/// read, records are bound, payloads are printed and columns are named from this one declaration.
/// </summary>
public sealed class EventShape
{
    private readonly EventPattern[] _patterns;
    private readonly EventPattern? _kernel;
    private readonly IIrregularPayload? _irregular;
    private readonly RecordCompletion? _complete;
    private readonly string _completeUnless;
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);

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
        var names = Split(fields).ToList();
        var compiler = new PatternCompiler(names);
        var patterns = new List<EventPattern>();
        if (plugin is not null) patterns.Add(compiler.Compile(plugin));
        if (kernel is not null)
        {
            _kernel = compiler.Compile(kernel);
            patterns.Add(_kernel);
        }

        foreach (var text in older ?? []) patterns.Add(compiler.Compile(text));
        _patterns = [.. patterns];
        KeepsText = patterns.Exists(p => p.KeepsText);

        var aliasMap = Split(aliases).Select(pair => pair.Split('=')).ToLookup(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var roles = new Dictionary<string, FieldRole>(StringComparer.Ordinal);
        foreach (var key in Split(keys)) roles[key] = FieldRole.Key;
        foreach (var value in Split(values)) roles[value] = FieldRole.Value;
        foreach (var field in Split(rip)) roles[field] = FieldRole.Rip;
        foreach (var field in Split(address)) roles[field] = FieldRole.Address;
        foreach (var field in Split(frame)) roles[field] = FieldRole.Frame;
        Fields = [.. names.Select(n => new EventField(n, [.. aliasMap[n]], roles.GetValueOrDefault(n)))];
        HasText = patterns.Exists(p => p.HasText) || (irregular is not null && Enumerable.Range(0, names.Count).Any(irregular.IsText));
        Width = names.Count + 1;
        for (var i = 0; i < names.Count; i++) _slots[names[i]] = i;
        foreach (var named in roles.Keys.Concat(aliasMap.Select(g => g.Key)))
            if (!_slots.ContainsKey(named)) throw new ArgumentException($"{name}: no field {named}");
    }

    public string System { get; }

    public string Name { get; }

    public IReadOnlyList<EventField> Fields { get; }

    public IReadOnlyList<EventPattern> Patterns => _patterns;

    public bool IsIrregular => _irregular is not null;

    /// <summary>A record needs <see cref="CompleteFromRecord"/> once the slots in <paramref name="bound"/> were filled by name.</summary>
    public bool NeedsRecord(ulong bound) =>
        _irregular is not null || (_complete is not null && (_completeUnless.Length == 0 || (bound >> _slots[_completeUnless] & 1) == 0));

    /// <summary>Slots of one row: one a field, and one for the presence mask.</summary>
    public int Width { get; }

    /// <summary>The slot that holds the presence mask, behind the fields.</summary>
    public int PresenceSlot => Width - 1;

    /// <summary>The slot of a field by its kernel name; the shape must have it.</summary>
    public int SlotOf(string field) => _slots[field];

    public bool TrySlotOf(string field, out int slot) => _slots.TryGetValue(field, out slot);

    /// <summary>
    /// Reads a payload by the spelling that matched last (<paramref name="hint"/>, kept by the caller), then by the others.
    /// A whole match wins over one with words left over; those are counted by the caller through
    /// <paramref name="leftOver"/>.
    /// </summary>
    public bool TryRead(ReadOnlySpan<byte> payload, int textOffset, Span<ulong> slots, ref byte hint, out bool leftOver)
    {
        leftOver = false;
        var width = Width - 1;
        var fields = slots[..width];
        if (_irregular is not null)
        {
            fields.Clear();
            if (_irregular.TryRead(payload, textOffset, fields, out slots[width])) return true;
        }

        var patterns = _patterns;
        if (hint < patterns.Length && patterns[hint].TryRead(payload, textOffset, fields, out slots[width], out var end) && IsBlank(payload, end))
        {
            if (slots[width] != (1UL << width) - 1) ClearAbsent(fields, slots[width]);
            return true;
        }

        return TryReadSlowly(payload, textOffset, slots, ref hint, out leftOver);
    }

    /// <summary>Whether the event's own text prints the field in hexadecimal; <c>report -R</c> does so too.</summary>
    public bool PrintsHex(int slot)
    {
        foreach (var pattern in _patterns)
            if (pattern.PrintsHex(slot)) return true;
        return _irregular?.PrintsHex(slot) == true;
    }

    /// <summary>Whether the slot holds a <see cref="TextRef"/>.</summary>
    public bool IsText(int slot) => Array.Exists(_patterns, p => p.IsText(slot)) || _irregular?.IsText(slot) == true;

    /// <summary>Whether some field may be a piece of the batch's text.</summary>
    public bool HasText { get; }

    /// <summary>Whether some spelling keeps text to the end of the line, so that any words behind it would match.</summary>
    public bool KeepsText { get; }

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
        else PatternFor(row, dialect).Print(row, to, dialect, starred);
    }

    /// <summary>The dialect's spelling, unless it needs fields the row lacks and another one does without.</summary>
    private EventPattern PatternFor(in EventRow row, Dialect dialect)
    {
        var preferred = dialect == Dialect.Kernel ? _kernel ?? _patterns[0] : _patterns[0];
        if (preferred.CanPrint(row)) return preferred;
        foreach (var pattern in _patterns)
            if (pattern.CanPrint(row)) return pattern;
        return preferred;
    }

    private bool TryReadSlowly(ReadOnlySpan<byte> payload, int textOffset, Span<ulong> slots, ref byte hint, out bool leftOver)
    {
        leftOver = false;
        var width = Width - 1;
        var fields = slots[..width];
        var longest = -1;
        var longestEnd = -1;
        for (var i = 0; i < _patterns.Length; i++)
        {
            if (!_patterns[i].TryRead(payload, textOffset, fields, out slots[width], out var end)) continue;
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
        _patterns[longest].TryRead(payload, textOffset, fields, out slots[width], out _);
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

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"{System}:{Name}";
}
