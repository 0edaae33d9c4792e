namespace KvmTraceLab.Output.Stacks;

/// <summary>One stack of one thread; the thread's frame is among the frames.</summary>
internal sealed record WeightedStack(int Tid, List<string> Frames, long Weight)
{
    /// <summary>
    /// One entry for each distinct stack, threads together, stacks with common beginnings side by side, so that viewers draw
    /// every common frame once. Weights below one are left out.
    /// </summary>
    public static List<WeightedStack> Merge(IEnumerable<WeightedStack> stacks) =>
    [
        .. stacks.Where(s => s.Weight > 0)
            .GroupBy(s => (s.Tid, Key: string.Join('\0', s.Frames)))
            .OrderBy(g => g.Key.Tid).ThenBy(g => g.Key.Key, StringComparer.Ordinal)
            .Select(g => g.First() with { Weight = g.Sum(s => s.Weight) }),
    ];
}
