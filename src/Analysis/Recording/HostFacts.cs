using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvmTraceLab.Analysis.Recording;

/// <summary>What a replay must know of the host and cannot read from the trace; kept beside it as <c>trace.dat.ktl.json</c>.</summary>
public sealed record HostFacts
{
    public const string Schema = "ktl/host-facts/1";

    private static readonly JsonSerializerOptions Form = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
    public string ToJson() => HostFactsJson.Write(this).ToJsonString(Form) + "\n";
}
