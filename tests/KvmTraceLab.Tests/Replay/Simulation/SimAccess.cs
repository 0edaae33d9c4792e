namespace KvmTraceLab.Tests.Replay.Simulation;

/// <summary>One access of the simulated guest.</summary>
/// <param name="Kind"><c>r</c>, <c>w</c> or <c>x</c>.</param>
/// <param name="User">The page is a user page (Intel), or CPL is 3 (AMD).</param>
/// <param name="Table">A guest page table is read.</param>
internal readonly record struct SimAccess(char Kind, bool User = false, bool Table = false)
{
    public bool Write => Kind == 'w';

    public bool Fetch => Kind == 'x';
}
