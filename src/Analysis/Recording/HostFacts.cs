using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvmTraceLab.Analysis.Recording;

/// <summary>What a replay must know of the host and cannot read from the trace; kept beside it as <c>trace.dat.ktl.json</c>.</summary>
public sealed record HostFacts
{
    public const string Schema = "ktl/host-facts/1";

    private const int Width = 100;

    private static readonly JsonSerializerOptions Form = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string? KernelRelease { get; init; }

    public string? CpuModel { get; init; }

    /// <summary><c>flags</c> and <c>vmx flags</c> of /proc/cpuinfo (<c>ept_mode_based_exec</c> is among the latter).</summary>
    public IReadOnlyList<string> CpuFlags { get; init; } = [];

    /// <summary>Module to its parameters: <c>kvm</c>, <c>kvm_intel</c>, <c>kvm_amd</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Modules { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    public IReadOnlyList<TracedProcess> Processes { get; init; } = [];

    /// <summary>trace-cmd as it was run.</summary>
    public string? Command { get; init; }

    public static string PathBeside(string tracePath) => tracePath + ".ktl.json";

    /// <summary>A module's parameter as a switch (<c>Y</c>/<c>N</c>, <c>1</c>/<c>0</c>), or null.</summary>
    public bool? Switch(string module, string parameter) =>
        Modules.GetValueOrDefault(module)?.GetValueOrDefault(parameter) switch
        {
            "Y" or "1" => true,
            "N" or "0" => false,
            _ => null,
        };

    /// <summary>Reads the facts beside a trace.</summary>
    /// <param name="tracePath">The trace.</param>
    /// <param name="facts">The facts, or null.</param>
    /// <param name="problem">Why a file that is there could not be read, or null.</param>
    public static bool TryReadBeside(string tracePath, out HostFacts? facts, out string? problem)
    {
        facts = null;
        problem = null;
        string path = PathBeside(tracePath);
        if (tracePath == "-" || !File.Exists(path)) return false;
        try
        {
            if (new FileInfo(path).Length > 16 << 20)
            {
                problem = $"{path}: larger than 16 MiB, so no host facts; delete it or record again";
                return false;
            }

            facts = HostFactsJson.Read(JsonNode.Parse(File.ReadAllText(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            problem = $"{path}: {e.Message}";
            return false;
        }

        if (facts is null) problem = $"{path}: not written as {Schema}; delete it or record again";
        return facts is not null;
    }

    /// <summary>The facts as written: for people too, so <c>+vmx-mbec</c> stays as it is.</summary>
    public string ToJson()
    {
        var text = new StringBuilder();
        Append(text, HostFactsJson.Write(this), 0);
        return text.Append('\n').ToString();
    }

    /// <summary>A member a line, but as many plain values of a list (the CPU's flags) as a line holds.</summary>
    private static void Append(StringBuilder text, JsonNode? node, int indent)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                var between = "{";
                foreach (var (name, value) in members)
                {
                    text.Append(between).Append('\n').Append(' ', indent + 2).Append(JsonValue.Create(name).ToJsonString(Form)).Append(": ");
                    Append(text, value, indent + 2);
                    between = ",";
                }

                text.Append('\n').Append(' ', indent).Append('}');
                break;
            case JsonArray { Count: > 0 } items when items.Any(i => i is JsonObject or JsonArray):
                between = "[";
                foreach (var item in items)
                {
                    text.Append(between).Append('\n').Append(' ', indent + 2);
                    Append(text, item, indent + 2);
                    between = ",";
                }

                text.Append('\n').Append(' ', indent).Append(']');
                break;
            case JsonArray { Count: > 0 } items:
                Fill(text, [.. items.Select(i => i?.ToJsonString(Form) ?? "null")], indent);
                break;
            default:
                text.Append(node?.ToJsonString(Form) ?? "null");
                break;
        }
    }

    private static void Fill(StringBuilder text, List<string> items, int indent)
    {
        text.Append('[');
        var column = Width;
        for (var i = 0; i < items.Count; i++)
        {
            var item = i < items.Count - 1 ? items[i] + "," : items[i];
            if (column + 1 + item.Length > Width)
            {
                text.Append('\n').Append(' ', indent + 2).Append(item);
                column = indent + 2 + item.Length;
            }
            else
            {
                text.Append(' ').Append(item);
                column += 1 + item.Length;
            }
        }

        text.Append('\n').Append(' ', indent).Append(']');
    }
}
