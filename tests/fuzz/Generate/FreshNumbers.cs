namespace KvmTraceLab.Fuzz.Generate;

/// <summary>Numbers that were not given out before.</summary>
internal sealed class FreshNumbers
{
    private ulong _last;

    public ulong Next() => ++_last;
}
