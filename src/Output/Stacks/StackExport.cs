using System.Runtime.CompilerServices;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output.Stacks;

/// <summary>
/// Stacks for flame graph viewers: <c>speedscope</c>, <c>chromium</c> (chrome://tracing, Perfetto) and <c>perfview</c>. The width of
/// a frame is its weight: exits, or time in the host. Stacks of one thread stand side by side, not at the time they happened.
/// </summary>
/// <remarks>
/// Units: speedscope files say <c>none</c> (exits) or <c>nanoseconds</c>; Chromium's format knows only time, so an exit is drawn as one
/// millisecond; PerfView's metric is exits or nanoseconds. Weights of zero are left out, no viewer can show them.
/// </remarks>
public static class StackExport
{
    /// <summary>The formats there are.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["speedscope", "chromium", "perfview"];

    /// <summary>Writes one trace's stacks.</summary>
    /// <exception cref="OutputException">There is no such format.</exception>
    public static void Write(IReadOnlyList<StackSample> samples, string format, StackWeight weight, string name, Stream stream)
    {
        List<WeightedStack> stacks = [];
        var labels = new Dictionary<int, string>();
        foreach (var sample in samples)
        {
            // Viewers take a thread from the frame of that form, so the vCPU's frame is it; the tid keeps two VMs' vCPU 0 apart.
            // A thread has one name, so a second name of the same tid stays a frame of its own.
            var frames = sample.Frames.Select(SafeText.Clean).ToList();
            var at = Math.Min(1, frames.Count);
            var vcpu = at < frames.Count ? frames[at] : "";
            if (!labels.TryGetValue(sample.Tid, out var label)) labels.Add(sample.Tid, label = vcpu);
            if (at < frames.Count && vcpu == label) frames.RemoveAt(at);
            // Viewers know no negative thread ids; -1 is a thread that the trace does not name.
            var tid = sample.Tid & int.MaxValue;
            frames.Insert(at, $"Thread ({tid}) {label}".TrimEnd());
            stacks.Add(new(tid, frames, Weigh(sample, weight)));
        }

        Write(stacks, format, weight, name, stream);
    }

    /// <summary>
    /// Writes what differs between two traces as two threads: stacks that weigh more in <paramref name="next"/>, by how much, and
    /// stacks that weigh less. Flame graphs cannot draw negative widths. Thread ids differ between runs, so stacks are matched by
    /// their frames alone; stacks that weigh the same are left out.
    /// </summary>
    public static void WriteDifference(
        IReadOnlyList<StackSample> first, IReadOnlyList<StackSample> next, string format, StackWeight weight, string name, Stream stream)
    {
        var sums = new Dictionary<string, (List<string> Frames, long Delta)>(StringComparer.Ordinal);
        foreach (var (samples, sign) in new[] { (next, 1), (first, -1) })
        {
            foreach (var sample in samples)
            {
                var frames = sample.Frames.Select(SafeText.Clean).ToList();
                var key = string.Join('\0', frames);
                sums[key] = (frames, sums.GetValueOrDefault(key).Delta + (sign * Weigh(sample, weight)));
            }
        }

        List<WeightedStack> stacks = [];
        foreach (var (frames, delta) in sums.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value))
        {
            if (delta > 0) stacks.Add(new(1, ["Thread (1) more in the new trace", .. frames], delta));
            if (delta < 0) stacks.Add(new(2, ["Thread (2) less in the new trace", .. frames], -delta));
        }

        Write(stacks, format, weight, name, stream);
    }

    private static long Weigh(StackSample sample, StackWeight weight) => weight == StackWeight.Count ? sample.Count : sample.TotalNs;

    private static void Write(List<WeightedStack> stacks, string format, StackWeight weight, string name, Stream stream)
    {
        var merged = WeightedStack.Merge(stacks);
        switch (format)
        {
            case "speedscope":
                Speedscope(merged, weight, name, stream);
                break;
            case "chromium":
                Chromium(merged, weight, name, stream);
                break;
            case "perfview":
                PerfViewStacks.Write(merged, stream);
                break;
            default:
                throw new OutputException($"no stack format '{SafeText.Clean(format)}'; there are {string.Join(", ", Formats)}");
        }
    }

    // Not inlined, so that TraceEvent is loaded only by who exports.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Speedscope(List<WeightedStack> stacks, StackWeight weight, string name, Stream stream) =>
        TraceEventStacks.WriteSpeedscope(stacks, weight, name, stream);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Chromium(List<WeightedStack> stacks, StackWeight weight, string name, Stream stream) =>
        TraceEventStacks.WriteChromium(stacks, weight, name, stream);
}
