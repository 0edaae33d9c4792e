namespace KvmTraceLab.Mmu.Architecture;

/// <summary>
/// What an AMD processor does by the APM (vol. 2, "Nested Paging" and "Guest Mode Execute Trap"), as if-chains on raw bits.
/// The twin of the NPT rules; it knows nothing of KVM.
/// </summary>
public static class NptHardware
{
    /// <summary>One access through nested entries that combine to these bits.</summary>
    /// <param name="present">P in every entry.</param>
    /// <param name="writable">W in every entry.</param>
    /// <param name="user">U in every entry.</param>
    /// <param name="nx">NX in any entry.</param>
    /// <param name="hostNx">EFER.NX of the host of these tables; without it NX is a reserved bit.</param>
    /// <param name="gmet">Guest mode execute trap is on.</param>
    /// <param name="write">A write.</param>
    /// <param name="fetch">An instruction fetch.</param>
    /// <param name="cpl3">The guest runs at CPL 3 (or walks its own tables, which is always a user access).</param>
    public static ArchitectureOutcome Access(bool present, bool writable, bool user, bool nx, bool hostNx, bool gmet, bool write, bool fetch, bool cpl3)
    {
        if (!present) return ArchitectureOutcome.NotPresent;
        if (nx && !hostNx) return ArchitectureOutcome.Malformed;
        if (write && !writable) return ArchitectureOutcome.Denied;
        if (fetch && nx) return ArchitectureOutcome.Denied;
        if (gmet)
        {
            if (fetch && user && !cpl3) return ArchitectureOutcome.Denied;
            return ArchitectureOutcome.Allowed;
        }

        // Without GMET all nested walks are user walks.
        if (!user) return ArchitectureOutcome.Denied;
        return ArchitectureOutcome.Allowed;
    }

    /// <summary>EXITINFO1 of a nested page fault. The I/D bit is reported for every fetch: the APM names no condition.</summary>
    public static ulong ExitInfo1(bool present, bool reserved, bool gmet, bool write, bool fetch, bool cpl3, bool guestTable)
    {
        ulong code = guestTable ? 1UL << 33 : 1UL << 32;
        if (present) code |= 1;
        if (write) code |= 2;
        if (!gmet || cpl3) code |= 4;
        if (reserved) code |= 8;
        if (fetch) code |= 16;
        return code;
    }
}
