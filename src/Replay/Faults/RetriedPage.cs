namespace KvmTraceLab.Replay.Faults;

/// <summary>A page whose faults KVM left to be tried again.</summary>
/// <param name="Gpa">Its address: L1's, or for L2's faults L2's.</param>
/// <param name="Level">Whose faults.</param>
/// <param name="Faults">All faults of it.</param>
/// <param name="Retried">Those after which nothing had been done.</param>
/// <param name="Unknown">Those of which the end is not in the trace.</param>
public sealed record RetriedPage(ulong Gpa, GuestLevel Level, long Faults, long Retried, long Unknown);
