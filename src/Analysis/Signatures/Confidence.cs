namespace KvmTraceLab.Analysis.Signatures;

/// <summary>How sure a note is.</summary>
public enum Confidence
{
    Low,
    Medium,
    High,
}
