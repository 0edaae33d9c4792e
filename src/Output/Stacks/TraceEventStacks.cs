using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Diagnostics.Tracing.Stacks;
using Microsoft.Diagnostics.Tracing.Stacks.Formats;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output.Stacks;

/// <summary>Speedscope and Chromium files by TraceEvent's writers. The only class that touches TraceEvent.</summary>
/// <remarks>
/// TraceEvent's metrics are floats and its writers add them up as floats, so 33 554 433 exits would become 33 554 432. Hence stacks
/// are handed over one unit wide each, and the positions in the finished file are then replaced by exact sums of weights.
/// </remarks>
internal static class TraceEventStacks
{
    private static readonly JsonWriterOptions Form = new() { Encoder = SafeJson.Encoder };

    public static void WriteSpeedscope(List<WeightedStack> stacks, StackWeight weight, string name, Stream stream)
    {
        var file = Parse(name, path => SpeedScopeStackSourceWriter.WriteStackViewAsJson(Source(stacks), path));
        foreach (var profile in file["profiles"]!.AsArray())
        {
            // The writer calls every unit milliseconds; ours are exits or nanoseconds, which speedscope knows too.
            profile!["unit"] = weight == StackWeight.Count ? "none" : "nanoseconds";
            var sums = Sums(stacks, Tid(profile["name"]!.GetValue<string>()));
            profile["startValue"] = sums[0];
            profile["endValue"] = sums[^1];
            foreach (var e in profile["events"]!.AsArray()) e!["at"] = sums[Position(e["at"]!, 1)];
        }

        Write(file, stream);
    }

    public static void WriteChromium(List<WeightedStack> stacks, StackWeight weight, string name, Stream stream)
    {
        var file = Parse(name, path => ChromiumStackSourceWriter.WriteStackViewAsJson(Source(stacks), path, compress: false));
        // Chromium counts microseconds: of time as it was, and one exit is drawn as a millisecond.
        var scale = weight == StackWeight.Count ? 1000m : 0.001m;
        var threads = new Dictionary<int, long[]>();
        foreach (var e in file["traceEvents"]!.AsArray())
        {
            var tid = e!["tid"]!.GetValue<int>();
            if (!threads.TryGetValue(tid, out var sums)) threads.Add(tid, sums = Sums(stacks, tid));
            e["ts"] = sums[Position(e["ts"]!, 1000)] * scale;
        }

        // Without these, viewers show bare numbers.
        var at = 0;
        file["traceEvents"]!.AsArray().Insert(at++, Name("process_name", 0, name));
        foreach (var thread in stacks.DistinctBy(s => s.Tid))
            file["traceEvents"]!.AsArray().Insert(at++, Name("thread_name", thread.Tid, thread.Frames.Find(f => f.StartsWith($"Thread ({thread.Tid})", StringComparison.Ordinal)) ?? ""));
        Write(file, stream);
    }

    private static JsonObject Name(string kind, int tid, string name) => new()
    {
        ["name"] = kind, ["ph"] = "M", ["pid"] = 0, ["tid"] = tid, ["args"] = new JsonObject { ["name"] = SafeText.Clean(name) },
    };

    private static InternStackSource Source(List<WeightedStack> stacks)
    {
        var source = new InternStackSource();
        var interner = source.Interner;
        var sample = new StackSourceSample(source) { Count = 1, Metric = 1 };
        var ends = new Dictionary<int, int>();
        foreach (var stack in stacks)
        {
            var index = StackSourceCallStackIndex.Invalid;
            foreach (var frame in stack.Frames) index = interner.CallStackIntern(interner.FrameIntern(frame), index);
            sample.StackIndex = index;
            sample.TimeRelativeMSec = ends.GetValueOrDefault(stack.Tid);
            ends[stack.Tid] = ends.GetValueOrDefault(stack.Tid) + 1;
            source.AddSample(sample);
        }

        interner.DoneInterning();
        return source;
    }

    /// <summary>The weight of the thread's stacks before each, and of all.</summary>
    private static long[] Sums(List<WeightedStack> stacks, int tid)
    {
        List<long> sums = [0];
        foreach (var stack in stacks)
        {
            if (stack.Tid == tid) sums.Add(sums[^1] + stack.Weight);
        }

        return [.. sums];
    }

    private static int Tid(string thread) => int.Parse(thread.AsSpan("Thread (".Length, thread.IndexOf(')') - "Thread (".Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static int Position(JsonNode value, int unit) => (int)Math.Round(value.GetValue<double>() / unit);

    private static void Write(JsonNode file, Stream stream)
    {
        using (var writer = new Utf8JsonWriter(stream, Form)) file.WriteTo(writer);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>The writers only know paths, and take the profile's name from it.</summary>
    private static JsonNode Parse(string name, Action<string> write)
    {
        var folder = Directory.CreateTempSubdirectory("ktl-stacks-");
        try
        {
            var plain = new string([.. name.Take(80).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')]).Trim('.');
            var path = Path.Combine(folder.FullName, (plain.Length == 0 ? "trace" : plain) + ".json");
            write(path);
            using var file = File.OpenRead(path);
            return JsonNode.Parse(file) ?? throw new InvalidDataException("no JSON came out of TraceEvent");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
