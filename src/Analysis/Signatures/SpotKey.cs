using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>
/// What makes exits of one vCPU the same for a signature: reason, RIP, and port, MSR, CR or CPUID leaf with direction.
/// Addresses are left out; a spot keeps apart what happens to them.
/// </summary>
public readonly record struct SpotKey(Isa Isa, uint Reason, ulong Rip, TripDetail Detail, ulong Value, bool IsWrite);
