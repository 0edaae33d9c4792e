using System.Text.Json.Nodes;

namespace KvmTraceLab.Analysis.Recording;

/// <summary>The form of the facts in their file.</summary>
internal static class HostFactsJson
{
    public static JsonObject Write(HostFacts facts)
    {
        var modules = new JsonObject();
        foreach (var (name, parameters) in facts.Modules) modules[name] = Pairs(parameters);
        return new JsonObject
        {
            ["schema"] = HostFacts.Schema,
            ["kernelRelease"] = facts.KernelRelease,
            ["cpuModel"] = facts.CpuModel,
            ["cpuFlags"] = List(facts.CpuFlags),
            ["modules"] = modules,
            ["command"] = facts.Command,
            ["processes"] = new JsonArray([.. facts.Processes.Select(Process)]),
        };
    }

    /// <summary>Null where it is something else.</summary>
    public static HostFacts? Read(JsonNode? json)
    {
        if (json is not JsonObject o || (string?)o["schema"] != HostFacts.Schema) return null;
        return new HostFacts
        {
            KernelRelease = (string?)o["kernelRelease"],
            CpuModel = (string?)o["cpuModel"],
            CpuFlags = Strings(o["cpuFlags"]),
            Modules = o["modules"]?.AsObject().ToDictionary(m => m.Key, m => Pairs(m.Value), StringComparer.Ordinal) ?? [],
            Command = (string?)o["command"],
            Processes = [.. (o["processes"]?.AsArray() ?? []).OfType<JsonObject>().Select(Process)],
        };
    }

    private static JsonNode Process(TracedProcess process) => new JsonObject
    {
        ["pid"] = process.Pid,
        ["arguments"] = List(process.Arguments),
        ["vcpus"] = new JsonArray([.. process.Vcpus.Select(v => (JsonNode)new JsonObject { ["vcpu"] = v.Key, ["tid"] = v.Value })]),
        ["cpuModel"] = process.Cpu.Model,
        ["cpuFeatures"] = Pairs(process.Cpu.Features),
        ["cpuid"] = new JsonArray([.. process.Cpu.CpuidBits().Select(b => (JsonNode)new JsonObject { ["bit"] = b.Bit, ["feature"] = b.Feature, ["on"] = b.On })]),
    };

    private static TracedProcess Process(JsonObject o) => new(
        (int?)o["pid"] ?? 0,
        Strings(o["arguments"]),
        new SortedDictionary<int, int>((o["vcpus"]?.AsArray() ?? []).OfType<JsonObject>()
            .GroupBy(v => (int?)v["vcpu"] ?? 0).ToDictionary(g => g.Key, g => (int?)g.First()["tid"] ?? 0)),
        new QemuCpu((string?)o["cpuModel"] ?? "", Pairs(o["cpuFeatures"])));

    private static JsonObject Pairs(IReadOnlyDictionary<string, string> pairs)
    {
        var o = new JsonObject();
        foreach (var (key, value) in pairs) o[key] = value;
        return o;
    }

    private static IReadOnlyDictionary<string, string> Pairs(JsonNode? json) =>
        json?.AsObject().ToDictionary(p => p.Key, p => (string?)p.Value ?? "", StringComparer.Ordinal) ?? [];

    private static JsonArray List(IReadOnlyList<string> items) => new([.. items.Select(i => (JsonNode)JsonValue.Create(i))]);

    private static IReadOnlyList<string> Strings(JsonNode? json) => [.. (json?.AsArray() ?? []).Select(n => (string?)n ?? "")];
}
