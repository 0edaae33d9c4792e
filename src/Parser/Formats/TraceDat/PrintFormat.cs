using System.Buffers;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>One conversion of a print format that shows a field as it is: <c>0x%016llx</c>, <c>%d</c>, <c>%s</c>.</summary>
internal readonly record struct Conversion(string Field, bool Prefix0X, string Flags, int Width, int Precision, char Letter);

/// <summary>
/// The conversions of an event's <c>print fmt</c> that show a field itself. <c>trace-cmd report -R</c> prints a raw
/// field in the same base as the event's own text, so the words of both can be compared.
/// </summary>
internal static class PrintFormat
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    private static readonly SearchValues<char> NameLetters = SearchValues.Create(Letters);
    private static readonly SearchValues<char> TypeLetters = SearchValues.Create(Letters + " *");

    public static List<Conversion> Parse(string text)
    {
        var conversions = new List<Conversion>();
        var start = text.IndexOf("print fmt:", StringComparison.Ordinal);
        if (start < 0) return conversions;
        var at = text.IndexOf('"', start);
        if (at < 0) return conversions;
        var format = TakeString(text, ref at);

        // Statement expressions are beyond libtraceevent too; it then shows all fields raw.
        if (text.IndexOf("({", at, StringComparison.Ordinal) >= 0) return conversions;
        var arguments = Arguments(text[at..]);
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%') continue;
            var isBehind0X = format.AsSpan(0, i).EndsWith("0x");
            i++;
            if (i < format.Length && format[i] == '%') continue;
            if (!TryConversion(format, ref i, out var flags, out var width, out var precision, out var letter)) break;
            if (next >= arguments.Count) break;
            if (FieldOf(arguments[next++]) is { } field) conversions.Add(new Conversion(field, isBehind0X, flags, width, precision, letter));
        }

        return conversions;
    }

    /// <summary>The field of <c>REC->field</c>, also with parentheses and casts around it; null for any other expression.</summary>
    private static string? FieldOf(string argument)
    {
        var text = argument.AsSpan().Trim();
        while (text.Length > 0 && text[0] == '(')
        {
            var close = text.IndexOf(')');
            if (close == text.Length - 1) text = text[1..^1].Trim();
            else if (close > 0 && text[1..close].IndexOfAnyExcept(TypeLetters) < 0) text = text[(close + 1)..].Trim();
            else return null;
        }

        if (!text.StartsWith("REC->", StringComparison.Ordinal)) return null;
        var name = text[5..];
        return name.IsEmpty || name.IndexOfAnyExcept(NameLetters) >= 0 ? null : name.ToString();
    }

    private static bool TryConversion(string format, ref int i, out string flags, out int width, out int precision, out char letter)
    {
        var start = i;
        while (i < format.Length && "#0- +".Contains(format[i], StringComparison.Ordinal)) i++;
        flags = format[start..i];
        width = Number(format, ref i);
        precision = -1;
        if (i < format.Length && format[i] == '.')
        {
            i++;
            precision = Number(format, ref i);
        }

        while (i < format.Length && "hlzLqjt".Contains(format[i], StringComparison.Ordinal)) i++;
        letter = i < format.Length ? format[i] : '\0';
        return letter != '\0' && letter != '*';
    }

    private static int Number(string text, ref int i)
    {
        var value = 0;
        while (i < text.Length && char.IsAsciiDigit(text[i])) value = Math.Min(99, (value * 10) + text[i++] - '0');
        return value;
    }

    /// <summary>Takes the string at <paramref name="at"/> and those that follow it without a comma.</summary>
    private static string TakeString(string text, ref int at)
    {
        var result = new System.Text.StringBuilder();
        while (at < text.Length && text[at] == '"')
        {
            at++;
            while (at < text.Length && text[at] != '"')
            {
                if (text[at] == '\\' && at + 1 < text.Length) at++;
                result.Append(text[at++]);
            }

            at++;
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        }

        at = Math.Min(at, text.Length);
        return result.ToString();
    }

    /// <summary>Cuts at the commas outside of parentheses and strings.</summary>
    private static List<string> Arguments(string text)
    {
        var arguments = new List<string>();
        int depth = 0, start = -1;
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\') i++;
            else if (c == '"') quoted = !quoted;
            else if (quoted) continue;
            else if (c is '(' or '{' or '[') depth++;
            else if (c is ')' or '}' or ']') depth--;
            else if (c == ',' && depth == 0)
            {
                if (start >= 0) arguments.Add(text[start..i].Trim());
                start = i + 1;
            }
        }

        if (start >= 0 && start <= text.Length) arguments.Add(text[start..].Trim());
        return arguments;
    }
}
