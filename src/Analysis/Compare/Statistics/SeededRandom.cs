namespace KvmTraceLab.Analysis.Compare.Statistics;

/// <summary>
/// A small generator (SplitMix64) whose numbers follow from its seed alone, on every platform and runtime, so that the same
/// input gives the same interval for ever. Not for secrets.
/// </summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A whole number in 0 .. <paramref name="bound"/> − 1.</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number in (0, 1].</summary>
    public double Unit() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));
}
