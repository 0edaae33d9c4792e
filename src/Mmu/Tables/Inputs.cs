namespace KvmTraceLab.Mmu.Tables;

/// <summary>Input enumerations that the tables share.</summary>
internal static class Inputs
{
    public static readonly bool[] Bools = [false, true];

    /// <summary>The eight combinations of W, U and F, in ascending order of the PFERR value.</summary>
    public static IEnumerable<PageAccess> WriteUserFetch()
    {
        for (uint pfec = 0; pfec < 32; pfec += 2)
        {
            if ((pfec & (uint)PageAccess.Rsvd) == 0)
                yield return (PageAccess)pfec;
        }
    }

    public static IEnumerable<Acc> Accs(int combinations) => Enumerable.Range(0, combinations).Select(a => (Acc)a);

    public static bool Bit(int value, int bit) => (value >> bit & 1) != 0;
}
