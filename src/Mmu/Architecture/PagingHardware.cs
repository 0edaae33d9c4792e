namespace KvmTraceLab.Mmu.Architecture;

/// <summary>
/// Access rights of x86 paging by the SDM (vol. 3, "Determination of Access Rights"), without protection keys and shadow
/// stacks: the twin of the shadow-paging rules.
/// </summary>
public static class PagingHardware
{
    /// <summary>One access through entries that combine to these bits.</summary>
    /// <param name="present">P in every entry.</param>
    /// <param name="writable">W in every entry.</param>
    /// <param name="userPage">U in every entry: a user-mode address.</param>
    /// <param name="executable">NX in no entry.</param>
    /// <param name="cr0Wp">CR0.WP.</param>
    /// <param name="eferNx">EFER.NX.</param>
    /// <param name="smep">CR4.SMEP.</param>
    /// <param name="smap">CR4.SMAP.</param>
    /// <param name="eflagsAc">EFLAGS.AC.</param>
    /// <param name="implicitAccess">An implicit supervisor access (descriptor tables, TSS).</param>
    /// <param name="write">A write.</param>
    /// <param name="fetch">An instruction fetch.</param>
    /// <param name="userMode">A user-mode access.</param>
    public static ArchitectureOutcome Access(
        bool present, bool writable, bool userPage, bool executable, bool cr0Wp, bool eferNx, bool smep, bool smap,
        bool eflagsAc, bool implicitAccess, bool write, bool fetch, bool userMode)
    {
        if (!present) return ArchitectureOutcome.NotPresent;
        if (userMode)
        {
            if (!userPage) return ArchitectureOutcome.Denied;
            if (write && !writable) return ArchitectureOutcome.Denied;
            if (fetch && eferNx && !executable) return ArchitectureOutcome.Denied;
            return ArchitectureOutcome.Allowed;
        }

        if (fetch)
        {
            if (eferNx && !executable) return ArchitectureOutcome.Denied;
            if (userPage && smep) return ArchitectureOutcome.Denied;
            return ArchitectureOutcome.Allowed;
        }

        if (userPage && smap)
        {
            if (implicitAccess) return ArchitectureOutcome.Denied;
            if (!eflagsAc) return ArchitectureOutcome.Denied;
        }

        if (write && !writable && cr0Wp) return ArchitectureOutcome.Denied;
        return ArchitectureOutcome.Allowed;
    }
}
