using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>Exit reasons as keys; compared at every exit, so without the generic comparer of the enumeration.</summary>
internal sealed class ReasonComparer : IEqualityComparer<(Isa Isa, uint Reason)>
{
    public static ReasonComparer Instance { get; } = new();

    public bool Equals((Isa Isa, uint Reason) x, (Isa Isa, uint Reason) y) => x.Reason == y.Reason && x.Isa == y.Isa;

    public int GetHashCode((Isa Isa, uint Reason) obj) => (int)(obj.Reason * 0x9E3779B1u) ^ (int)obj.Isa;
}
