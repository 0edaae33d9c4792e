namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>Numbers and the words for them, some of which hold blanks: <c>Address Error (LD)</c>. Few enough to be looked at one by one.</summary>
internal sealed class CodeWords(params (string Word, uint Number)[] words)
{
    public string? WordOf(uint number)
    {
        foreach (var (word, code) in words)
            if (code == number) return word;
        return null;
    }

    /// <summary>The longest word that stands at that place, and no longer one; moves <paramref name="at"/> behind it.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong number)
    {
        number = 0;
        var longest = 0;
        foreach (var (word, code) in words)
        {
            if (word.Length <= longest || !StandsAt(text[at..], word)) continue;
            longest = word.Length;
            number = code;
        }

        at += longest;
        return longest > 0;
    }

    private static bool StandsAt(ReadOnlySpan<byte> text, string word)
    {
        if (text.Length < word.Length) return false;
        for (var i = 0; i < word.Length; i++)
            if (text[i] != word[i]) return false;
        return text.Length == word.Length || !(char.IsAsciiLetterOrDigit((char)text[word.Length]) || text[word.Length] == '_');
    }
}
