namespace KvmTraceLab.Replay.Faults;

/// <summary>What is known of the SPTE that maps a frame.</summary>
/// <param name="State">Nothing, known, or known to be absent.</param>
/// <param name="Value">The raw SPTE where known.</param>
/// <param name="Level">1 for 4K.</param>
/// <param name="Sequence">Running number of the event that told it.</param>
/// <param name="Lane">Index of the lane that wrote it.</param>
internal readonly record struct SpteKnowledge(SpteState State, ulong Value, int Level, long Sequence, int Lane);
