using System.Collections;
using System.Text;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>The host's functions from kallsyms, ascending; read from the file when first asked for.</summary>
internal sealed class KallsymsList(Func<byte[]> read) : IReadOnlyList<(ulong Address, string Name)>
{
    private readonly Lazy<List<(ulong Address, string Name)>> _symbols = new(() => Parse(read()));

    public int Count => _symbols.Value.Count;

    public (ulong Address, string Name) this[int index] => _symbols.Value[index];

    public IEnumerator<(ulong Address, string Name)> GetEnumerator() => _symbols.Value.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Lines <c>ffffffff81000000 T _text</c>, with <c>[module]</c> behind some; only code is kept.</summary>
    private static List<(ulong Address, string Name)> Parse(byte[] text)
    {
        var symbols = new List<(ulong Address, string Name)>();
        foreach (var range in text.AsSpan().Split((byte)'\n'))
        {
            var line = text.AsSpan(range);
            var at = 0;
            if (!Events.ByteText.TryHex(line, ref at, out var address) || address == 0 || at + 3 >= line.Length || line[at] != ' ') continue;
            if ((line[at + 1] | 0x20) is not ((byte)'t' or (byte)'w')) continue;
            var name = line[(at + 3)..].TrimEnd("\r\0 "u8);
            var tab = name.IndexOf((byte)'\t');
            symbols.Add((address, Encoding.UTF8.GetString(tab < 0 ? name : name[..tab])));
        }

        symbols.Sort((a, b) => a.Address != b.Address ? a.Address.CompareTo(b.Address) : string.CompareOrdinal(a.Name, b.Name));
        return symbols;
    }
}
