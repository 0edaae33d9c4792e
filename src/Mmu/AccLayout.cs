namespace KvmTraceLab.Mmu;

/// <summary>
/// Which bit of an <see cref="Acc"/> value means what, for one kernel generation. A bit that does not exist is
/// <see cref="Acc.None"/>, and a rule about it denies nothing. This is what makes the rules free of version tests.
/// </summary>
/// <param name="Read">Readable.</param>
/// <param name="Write">Writable.</param>
/// <param name="User">Accessible to user walks (x86 paging, NPT).</param>
/// <param name="Exec">Executable; with MBEC by supervisor pages only (XS).</param>
/// <param name="UserExec">Executable from user pages (XU).</param>
/// <param name="Combinations">How many ACC values exist: 8 or 16.</param>
public sealed record AccLayout(Acc Read, Acc Write, Acc User, Acc Exec, Acc UserExec, int Combinations)
{
    /// <summary>Linux 7.2 and later, shadow paging and NPT: R 1, W 2, U 4, X 8.</summary>
    public static AccLayout Since72 { get; } = new(Acc.Read, Acc.Write, Acc.User, Acc.Exec, Acc.None, 16);

    /// <summary>Linux 7.2 and later, EPT: R 1, W 2, XU 4, XS 8.</summary>
    public static AccLayout Since72Ept { get; } = new(Acc.Read, Acc.Write, Acc.None, Acc.Exec, Acc.UserExec, 16);

    /// <summary>Linux 7.1 and before: ACC_EXEC_MASK 1, ACC_WRITE_MASK 2, ACC_USER_MASK 4; reading needs no bit.</summary>
    public static AccLayout Before72 { get; } = new(Acc.None, (Acc)2, (Acc)4, (Acc)1, Acc.None, 8);

    /// <summary>Linux 7.1 and before, EPT: ACC_USER_MASK was borrowed for "readable".</summary>
    public static AccLayout Before72Ept { get; } = new((Acc)4, (Acc)2, Acc.None, (Acc)1, Acc.None, 8);

    /// <summary>The layout of a kernel generation and format.</summary>
    public static AccLayout For(KvmKernel kernel, MmuKind kind) => (kernel.IsBefore72(), kind == MmuKind.Ept) switch
    {
        (true, true) => Before72Ept,
        (true, false) => Before72,
        (false, true) => Since72Ept,
        _ => Since72,
    };

    /// <summary>The combination of the named bits that exist in this layout.</summary>
    public Acc Combine(bool read, bool write, bool user, bool exec, bool userExec) =>
        (read ? Read : Acc.None) | (write ? Write : Acc.None) | (user ? User : Acc.None) |
        (exec ? Exec : Acc.None) | (userExec ? UserExec : Acc.None);

    /// <summary>Spells an ACC value with short names: <c>r,w,u,x</c>, on EPT <c>r,w,xu,xs</c>; <c>-</c> for nothing.</summary>
    public string Spell(Acc acc)
    {
        var parts = new List<string>(4);
        Add(Read, "r");
        Add(Write, "w");
        Add(User, "u");
        Add(UserExec, "xu");
        Add(Exec, UserExec == Acc.None ? "x" : "xs");
        return parts.Count == 0 ? "-" : string.Join(',', parts);

        void Add(Acc bit, string name)
        {
            if (bit != Acc.None && (acc & bit) != Acc.None)
                parts.Add(name);
        }
    }
}
