namespace KvmTraceLab.Analysis.Signatures;

/// <summary>How many tallies (spots and reasons, about 700 bytes each) a whole trace may still have.</summary>
internal sealed class TallyBudget
{
    public const int Size = 32_768;

    private int _left = Size;

    /// <summary>Takes one; false when there is none left.</summary>
    public bool Take() => _left > 0 && _left-- > 0;
}
