using KvmTraceLab.Mmu;

namespace KvmTraceLab.Replay.Faults;

/// <summary>What L1's nested tables say of an L2 access, by the entries that the trace shows.</summary>
/// <param name="Outcome">Allowed, violation, misconfiguration.</param>
/// <param name="Complete">The entries reach a leaf or end in an entry that stops the walk.</param>
/// <param name="Present">All entries are present.</param>
/// <param name="Effective">AND of the raw entries (NX as OR).</param>
/// <param name="Info">What KVM must inject as information; 0 for a misconfiguration and when allowed.</param>
/// <param name="Mask">The bits of <see cref="Info"/> that can be relied on.</param>
internal sealed record NestedAnswer(NestedOutcome Outcome, bool Complete, bool Present, ulong Effective, ulong Info, ulong Mask);
