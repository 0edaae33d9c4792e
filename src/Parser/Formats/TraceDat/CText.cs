namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Strings as C source spells them.</summary>
internal static class CText
{
    public static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        var result = new byte[text.Length];
        var used = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result[used++] = text[i];
                continue;
            }

            i++;
            result[used++] = text[i] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'t' => (byte)'\t',
                (byte)'r' => (byte)'\r',
                _ => text[i],
            };
        }

        return result.AsSpan(0, used).ToArray();
    }
}
