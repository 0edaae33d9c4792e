namespace KvmTraceLab.Analysis.Faults;

/// <summary>What a replay says of the whole trace.</summary>
public enum ReplayOverall
{
    Expected,
    KvmBug,
    Undecidable,
}
