using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvmTraceLab.Analysis.Recording;

/// <summary>
/// Takes secrets out of a QEMU command line before it is written down. Errs on the side of removing: a trace is sent to mailing
/// lists and bug trackers.
/// </summary>
internal static class QemuSecrets
{
    public const string Removed = "[removed]";

    private static readonly string[] Words = ["pass", "secret", "token", "key", "auth", "cookie", "credential", "ticket", "osk", "cert", "signature"];

    /// <summary>The arguments, as many and in the same order, with secrets replaced by <see cref="Removed"/>.</summary>
    public static IReadOnlyList<string> Remove(IReadOnlyList<string> arguments)
    {
        var result = new List<string>(arguments.Count);
        for (int i = 0; i < arguments.Count; i++)
        {
            string option = i > 0 ? arguments[i - 1].TrimStart('-') : "";
            result.Add(Clean(option, arguments[i]));
        }

        return result;
    }

    private static string Clean(string option, string argument)
    {
        if (argument.StartsWith('{')) return CleanJson(argument);
        if (option is "append") return string.Join(' ', argument.Split(' ').Select(CleanPair));
        List<string> parts = Split(argument);
        bool isSecret = option == "object" && parts[0].Contains("secret", StringComparison.OrdinalIgnoreCase);

        // Strings handed to the guest hold cloud-init data and systemd credentials.
        bool isGuestData = option == "fw_cfg" || (option == "smbios" && parts.Contains("type=11"));
        for (int i = 0; i < parts.Count; i++)
        {
            string key = Key(parts[i]);
            bool all = isSecret && i > 0 && key != "id";
            bool data = isGuestData && (key is "string" or "value");
            parts[i] = all || data ? $"{key}={Removed}" : CleanPair(parts[i]);
        }

        return string.Join(',', parts);
    }

    /// <summary><c>key=value</c>: the value goes where the key names a secret; else secrets inside the value go.</summary>
    private static string CleanPair(string pair)
    {
        int equals = pair.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && IsSecret(pair[..equals])) return pair[..(equals + 1)] + Removed;
        return CleanInside(CleanUrl(pair));
    }

    /// <summary>A user and password before the host of a URL, and everything after a question mark.</summary>
    private static string CleanUrl(string text)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return text;
        int host = scheme + 3;
        int slash = text.IndexOf('/', host);
        int at = text.LastIndexOf('@', slash < 0 ? text.Length - 1 : slash);
        if (at >= host) text = string.Concat(text.AsSpan(0, host), Removed, text.AsSpan(at));
        int query = text.IndexOf('?', host);
        return query < 0 ? text : text[..(query + 1)] + Removed;
    }

    /// <summary>Pairs inside a value, as in <c>rbd:pool/image:id=admin:key=…:mon_host=…</c>.</summary>
    private static string CleanInside(string text)
    {
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is not (':' or ';' or '&' or ' ' or '=')) continue;
            if (i < text.Length && text[i] == '=' && IsSecret(text[start..i]))
            {
                int end = text.IndexOfAny([':', ';', '&', ' '], i);
                if (end < 0) end = text.Length;
                text = string.Concat(text.AsSpan(0, i + 1), Removed, text.AsSpan(end));
                i += Removed.Length;
            }

            start = i + 1;
        }

        return text;
    }

    private static string CleanJson(string argument)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(argument);
            CleanNode(node);
            return node?.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? argument;
        }
        catch (JsonException)
        {
            return Removed;
        }
    }

    private static void CleanNode(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            for (int i = 0; i < array.Count; i++)
            {
                if (array[i] is JsonValue v && v.TryGetValue(out string? s)) array[i] = CleanPair(s);
                else CleanNode(array[i]);
            }
        }
        else if (node is JsonObject o)
        {
            bool isSecret = o["qom-type"] is JsonValue type && type.TryGetValue(out string? name) && name.Contains("secret", StringComparison.OrdinalIgnoreCase);
            foreach (string key in o.Select(p => p.Key).ToArray())
            {
                if (IsSecret(key) || (isSecret && key is not ("id" or "qom-type"))) o[key] = Removed;
                else if (o[key] is JsonValue v && v.TryGetValue(out string? s)) o[key] = CleanPair(s);
                else CleanNode(o[key]);
            }
        }
    }

    private static bool IsSecret(string key) => Array.Exists(Words, w => key.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static string Key(string part)
    {
        int equals = part.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? part : part[..equals];
    }

    /// <summary>At commas; two in a row are one inside a value and stay as they are.</summary>
    internal static List<string> Split(string argument)
    {
        var parts = new List<string>();
        int start = 0;
        for (int i = 0; i < argument.Length; i++)
        {
            if (argument[i] != ',') continue;
            if (i + 1 < argument.Length && argument[i + 1] == ',')
            {
                i++;
                continue;
            }

            parts.Add(argument[start..i]);
            start = i + 1;
        }

        parts.Add(argument[start..]);
        return parts;
    }
}
