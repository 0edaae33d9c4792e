namespace KvmTraceLab.Cli;

/// <summary>Breaks a sentence into lines for people.</summary>
internal static class WordWrap
{
    public static IEnumerable<string> Lines(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(w => Parts(w, width)))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0)
            yield return line;
    }

    /// <summary>A list without blanks that is too long for a line is cut behind commas.</summary>
    private static IEnumerable<string> Parts(string word, int width)
    {
        while (word.Length > width && word.LastIndexOf(',', width - 1) is >= 0 and var comma)
        {
            yield return word[..(comma + 1)];
            word = word[(comma + 1)..];
        }

        yield return word;
    }
}
