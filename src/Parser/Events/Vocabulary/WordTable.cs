using System.Runtime.InteropServices;
using System.Text;

namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>A map from short ASCII words to numbers, by open addressing on the word's bytes.</summary>
public sealed class WordTable
{
    private readonly byte[][] _words;
    private readonly ulong[] _values;
    private readonly int _mask;

    /// <param name="most">Words that it has to hold.</param>
    public WordTable(int most)
    {
        var size = 16;
        while (size < most * 3) size *= 2;
        _mask = size - 1;
        _words = new byte[size][];
        _values = new ulong[size];
    }

    /// <summary>The first entry of a word wins.</summary>
    public void Add(string word, ulong value)
    {
        var bytes = Encoding.UTF8.GetBytes(word);
        var slot = Hash(bytes) & _mask;
        while (_words[slot] is { } other && !other.AsSpan().SequenceEqual(bytes)) slot = (slot + 1) & _mask;
        if (_words[slot] is not null) return;
        _words[slot] = bytes;
        _values[slot] = value;
    }

    public bool TryGet(ReadOnlySpan<byte> word, out ulong value)
    {
        var slot = Hash(word) & _mask;
        while (_words[slot] is { } candidate)
        {
            if (word.SequenceEqual(candidate))
            {
                value = _values[slot];
                return true;
            }

            slot = (slot + 1) & _mask;
        }

        value = 0;
        return false;
    }

    /// <summary>A cheap hash of first bytes, last bytes and length; words of this field differ there.</summary>
    internal static int Hash(ReadOnlySpan<byte> word)
    {
        ulong first = 0, last = 0;
        if (word.Length >= 8)
        {
            first = MemoryMarshal.Read<ulong>(word);
            last = MemoryMarshal.Read<ulong>(word[^8..]);
        }
        else
        {
            foreach (var b in word) first = (first << 8) | b;
        }

        var mixed = ((first ^ (ulong)word.Length) * 0x9E3779B97F4A7C15) ^ (last * 0xC2B2AE3D27D4EB4F);
        return (int)((mixed ^ (mixed >> 29)) >> 33);
    }
}
