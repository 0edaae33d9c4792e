namespace KvmTraceLab.Replay.Faults;

/// <summary>An SPTE that KVM should not have written; independent of any fault.</summary>
/// <param name="Id">Short stable name, e.g. <c>w-without-mmu-writable</c>.</param>
/// <param name="Sentence">The rule, in words.</param>
public sealed record InvariantFinding(string Id, string Sentence)
{
    /// <summary>SPTEs written that break the rule.</summary>
    public long Count { get; internal set; }

    /// <summary>Guest frames, the first ones in order of appearance, at most 32.</summary>
    public List<ulong> Gfns { get; } = [];

    /// <summary>The first SPTE that breaks the rule.</summary>
    public ulong Spte { get; internal set; }

    public long FirstNs { get; internal set; }

    public SavedEvent? Evidence { get; internal set; }

    internal HashSet<ulong> Seen { get; } = [];

    /// <summary>Distinct guest frames, up to a million of all findings together.</summary>
    public int DistinctGfns => Seen.Count;
}
