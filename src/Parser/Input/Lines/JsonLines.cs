using System.Text;
using System.Text.Json;

namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>One JSON object a line, as containers (<c>log</c>), the journal (<c>MESSAGE</c>) and programs (<c>msg</c>) log: the line is one member.</summary>
internal sealed class JsonLines : ILineDress
{
    private static readonly string[] Members = ["log", "MESSAGE", "message", "msg", "line", "text"];

    public static ILineDress? Find(HeadLines lines)
    {
        var found = 0;
        foreach (var line in lines.Telling)
            if (IsObject(line) && Member(line) is not null) found++;
        return found > 0 && HeadLines.Nearly(found, lines.Telling.Count) ? new JsonLines() : null;
    }

    public void Undress(ReadOnlySpan<byte> line, Stream to) => to.Write(Member(line) is { } text ? Encoding.UTF8.GetBytes(text.TrimEnd('\n')) : line);

    /// <summary>Asked first, apart: most texts are no JSON, and whoever reads it has a library to load.</summary>
    private static bool IsObject(ReadOnlySpan<byte> line)
    {
        var text = line.TrimStart(" \t"u8);
        return text.Length > 1 && text[0] == '{';
    }

    /// <summary>The first of the known members that is a string; null where the line is no such object (or was cut).</summary>
    private static string? Member(ReadOnlySpan<byte> line)
    {
        if (!IsObject(line)) return null;
        line = line.Trim(" \t"u8);
        try
        {
            var reader = new Utf8JsonReader(line.TrimEnd((byte)','));
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName) continue;
                var known = IsMember(reader);
                if (!reader.Read()) return null;
                if (known && reader.TokenType == JsonTokenType.String) return reader.GetString();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // cut, or with bytes that are no text
        }

        return null;
    }

    private static bool IsMember(in Utf8JsonReader reader)
    {
        foreach (var member in Members)
            if (reader.ValueTextEquals(member)) return true;
        return false;
    }
}
