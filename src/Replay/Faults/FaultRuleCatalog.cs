using KvmTraceLab.Replay.Faults.Rules;

namespace KvmTraceLab.Replay.Faults;

/// <summary>The rules by which faults are judged, for <c>ktl list rules</c>.</summary>
public static class FaultRuleCatalog
{
    /// <summary>Name and sentence, in the order in which they are asked.</summary>
    public static IReadOnlyList<(string Name, string Sentence)> All { get; } = [.. FaultRules.All.Select(r => (r.Name, r.Sentence))];
}
