using System.Globalization;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Analysis.Symbols;

/// <summary>Names for guest addresses: modules with a size, or symbols that reach to the next one.</summary>
public sealed class SymbolMap
{
    /// <summary>Without a size a symbol reaches at most this far.</summary>
    private const ulong MaxReach = 1 << 20;

    private readonly (ulong Start, ulong Size, string Name)[] _entries;

    private SymbolMap((ulong Start, ulong Size, string Name)[] entries) => _entries = entries;

    public static SymbolMap Empty { get; } = new([]);

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>
    /// Reads <c>base,size,name</c> lines (numbers in hexadecimal with or without 0x, size 0 or empty = to the next) or a
    /// System.map (<c>address type name</c>).
    /// </summary>
    public static SymbolMap Read(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TraceException(path, null, $"cannot be read as a guest map: {e.Message}", e);
        }

        var entries = new List<(ulong, ulong, string)>();
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#' || (i == 0 && line.StartsWith("base", StringComparison.OrdinalIgnoreCase))) continue;
            if (!TryCsv(line, out var entry) && !TrySystemMap(line, out entry))
                throw new TraceException(path, null, $"line {i + 1}: expected `base,size,name` or a System.map line `address type name`, found: {Shorten(line)}");
            entries.Add(entry);
        }

        return new SymbolMap([.. entries.OrderBy(e => e.Item1)]);
    }

    /// <summary><c>name+0xoffset</c>, or null where nothing is known of the address.</summary>
    public string? NameOf(ulong address)
    {
        int low = 0, high = _entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_entries[middle].Start <= address) low = middle + 1;
            else high = middle - 1;
        }

        if (high < 0) return null;
        var (start, size, name) = _entries[high];
        var offset = address - start;
        if (size > 0 ? offset >= size : offset >= MaxReach) return null;
        return offset == 0 ? name : $"{name}+0x{offset:x}";
    }

    private static bool TryCsv(string line, out (ulong, ulong, string) entry)
    {
        entry = default;
        var parts = line.Split(',', 3);
        if (parts.Length != 3 || !TryHex(parts[0], out var start)) return false;
        if (!TryHex(parts[1], out var size) && parts[1].Trim().Length > 0) return false;
        entry = (start, size, parts[2].Trim().Trim('"'));
        return true;
    }

    private static bool TrySystemMap(string line, out (ulong, ulong, string) entry)
    {
        entry = default;
        var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 3 || parts[1].Length != 1 || !TryHex(parts[0], out var start)) return false;
        entry = (start, 0, parts[2]);
        return true;
    }

    private static bool TryHex(string text, out ulong value)
    {
        var digits = text.AsSpan().Trim();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) digits = digits[2..];
        return ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static string Shorten(string line) => line.Length <= 60 ? line : line[..60] + "…";
}
