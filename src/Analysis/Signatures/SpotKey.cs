using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>
/// What makes exits of one vCPU the same for a signature: reason, RIP, and port, MSR, CR or CPUID leaf with direction.
/// Addresses are left out; a spot keeps apart what happens to them.
/// </summary>
public readonly record struct SpotKey(Isa Isa, uint Reason, ulong Rip, TripDetail Detail, ulong Value, bool IsWrite)
{
    // Written out: the compiler's goes through a comparer of each enumeration.
    public bool Equals(SpotKey other) =>
        Rip == other.Rip && Reason == other.Reason && Value == other.Value && Detail == other.Detail && IsWrite == other.IsWrite && Isa == other.Isa;

    public override int GetHashCode() => HashCode.Combine(Rip, Value, Reason, (int)Isa << 16 | (int)Detail << 1 | (IsWrite ? 1 : 0));
}
