namespace KvmTraceLab.Replay.Faults;

/// <summary>A fault that ended with an SPTE allowing the access.</summary>
/// <param name="Key">What tells faults apart.</param>
/// <param name="Exit">Running number of the thread's exit that it was.</param>
/// <param name="Spte">The SPTE, without A and D.</param>
internal readonly record struct GrantedFault(FaultRun.Identity Key, long Exit, ulong Spte);
