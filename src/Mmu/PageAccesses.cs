namespace KvmTraceLab.Mmu;

/// <summary>Questions and small conversions on <see cref="PageAccess"/>.</summary>
public static class PageAccesses
{
    /// <summary>The bits a permission check looks at: W, U, "SMAP off" (RSVD), F.</summary>
    public const PageAccess Checked = PageAccess.Write | PageAccess.User | PageAccess.Rsvd | PageAccess.Fetch;

    /// <summary>Both stage bits of a nested fault.</summary>
    public const PageAccess Stage = PageAccess.GuestFinal | PageAccess.GuestPage;

    public static bool Has(this PageAccess access, PageAccess bits) => (access & bits) == bits;

    public static bool HasAny(this PageAccess access, PageAccess bits) => (access & bits) != PageAccess.None;

    /// <summary>Sets or clears the given bits.</summary>
    public static PageAccess With(this PageAccess access, PageAccess bits, bool on = true) => on ? access | bits : access & ~bits;

    /// <summary>
    /// Puts "SMAP is overridden" where the look-up wants it: <c>permission_fault()</c> reuses the RSVD bit of the index for
    /// EFLAGS.AC = 1 on an access that is not implicit.
    /// </summary>
    public static PageAccess WithEflagsAc(this PageAccess access, bool eflagsAc) =>
        access.With(PageAccess.Rsvd, eflagsAc && !access.Has(PageAccess.ImplicitAccess));

    /// <summary>"user fetch", "supervisor write", …: who does what.</summary>
    public static string Spell(this PageAccess access)
    {
        string who = access.Has(PageAccess.User) ? "user" : "supervisor";
        string what = (access.Has(PageAccess.Write), access.Has(PageAccess.Fetch)) switch
        {
            (false, false) => "read",
            (true, false) => "write",
            (false, true) => "fetch",
            _ => "write+fetch",
        };
        return $"{who} {what}";
    }
}
