using KvmTraceLab.Analysis.Symbols;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>
/// Gathers what <see cref="Differences"/> compares while a trace streams by. Memory is bounded: facts by number and length,
/// events by <see cref="MostEvents"/> hashes and <see cref="MostTexts"/> distinct texts.
/// </summary>
/// <param name="symbols">Names for guest addresses.</param>
public sealed class RunFactsCollector(SymbolMap? symbols = null)
{
    /// <summary>Events of a run whose order is kept; 8 bytes each.</summary>
    public const int MostEvents = 1 << 20;

    /// <summary>Distinct events whose text is kept. A guest repeats itself, so few are lost; those show as their hash.</summary>
    public const int MostTexts = 1 << 16;

    /// <summary>Stands for the values beyond the first few.</summary>
    internal const string More = "…";

    private const int MostFacts = 1 << 14;
    private const int MostValues = 4;

    private readonly Dictionary<(string Kind, string Key), List<string>> _items = [];
    private readonly List<ulong> _sequence = [];
    private readonly Dictionary<ulong, string> _texts = [];
    private long _events;

    /// <summary>The guest asked for a CPUID leaf.</summary>
    public void OnCpuid(uint function, uint index, ulong eax, ulong ebx, ulong ecx, ulong edx) =>
        Add("cpuid", $"0x{function:x}.{index:x}", $"eax 0x{eax:x} ebx 0x{ebx:x} ecx 0x{ecx:x} edx 0x{edx:x}");

    /// <summary>The guest read an MSR. Values of free-running counters are left out by passing null.</summary>
    public void OnMsrRead(uint msr, ulong? value, bool faulted = false) => Add("msr-read", $"0x{msr:x}", Value(value, faulted));

    /// <summary>The guest wrote an MSR.</summary>
    public void OnMsrWrite(uint msr, ulong? value, bool faulted = false) => Add("msr-write", $"0x{msr:x}", Value(value, faulted));

    /// <summary>The guest wrote a control register.</summary>
    public void OnCrWrite(int register, ulong value) => Add("cr-write", $"cr{register}", $"0x{value:x}");

    /// <summary>Anything else worth holding side by side: a feature, a module parameter, a QEMU option.</summary>
    public void OnFeature(string name, string value) => Add("feature", name, value);

    /// <summary>An event that the guest caused and that does not depend on the host's timing.</summary>
    /// <param name="reason">Exit reason or event name. Host interrupts and the like are not passed.</param>
    /// <param name="detail">What tells events apart (port and direction, MSR, CPUID leaf, GPA frame), or empty.</param>
    /// <param name="rip">Guest RIP, or null where unknown.</param>
    public void OnEvent(ReadOnlySpan<char> reason, ReadOnlySpan<char> detail, ulong? rip)
    {
        _events++;
        if (_sequence.Count >= MostEvents) return;
        ulong hash = Hash(Hash(14695981039346656037, reason), detail);
        hash = Mix(hash ^ Mix(rip ?? ulong.MaxValue));
        _sequence.Add(hash);
        if (_texts.Count >= MostTexts || _texts.ContainsKey(hash)) return;
        _texts.Add(hash, $"{reason}{(detail.Length > 0 ? " " : "")}{detail}{(rip is ulong r ? $" rip 0x{r:x}{(symbols?.NameOf(r) is { } name ? $" ({name})" : "")}" : "")}");
    }

    public RunFacts ToFacts() => new(
        _items.ToDictionary(i => i.Key, i => string.Join(", ", i.Value)),
        _sequence,
        number => _texts.GetValueOrDefault(_sequence[(int)number]) ?? $"event {_sequence[(int)number]:x16}",
        _events);

    private static string Value(ulong? value, bool faulted) => faulted ? "#GP" : value is ulong v ? $"0x{v:x}" : "(counts)";

    private void Add(string kind, string key, string value)
    {
        if (!_items.TryGetValue((kind, key), out List<string>? values))
        {
            if (_items.Count >= MostFacts) return;
            _items.Add((kind, key), values = []);
        }

        // The first few tell runs apart; a register that changes all the time would differ in any two runs.
        if (values.Count < MostValues && !values.Contains(value)) values.Add(value);
        else if (values.Count == MostValues && !values.Contains(value)) values.Add(More);
    }

    /// <summary>FNV-1a over UTF-16 units.</summary>
    private static ulong Hash(ulong hash, ReadOnlySpan<char> text)
    {
        foreach (char c in text) hash = (hash ^ c) * 1099511628211;
        return (hash ^ 0xffff) * 1099511628211;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 33)) * 0xff51afd7ed558ccd;
        z = (z ^ (z >> 33)) * 0xc4ceb9fe1a85ec53;
        return z ^ (z >> 33);
    }
}
