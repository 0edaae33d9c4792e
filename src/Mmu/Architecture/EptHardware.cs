namespace KvmTraceLab.Mmu.Architecture;

/// <summary>
/// What an Intel processor does by the SDM (vol. 3, "EPT Translation Mechanism" and "EPT-Induced VM Exits"). Written as slow,
/// obvious if-chains on raw bits, without KVM's tables or the rest of this library: it is the twin they are compared with.
/// </summary>
public static class EptHardware
{
    /// <summary>"An entry is present if any of bits 2:0 is 1; with mode-based execute control also if bit 10 is 1."</summary>
    public static bool IsPresent(ulong entry, bool mbec)
    {
        if ((entry & 0b001) != 0) return true;
        if ((entry & 0b010) != 0) return true;
        if ((entry & 0b100) != 0) return true;
        if (mbec && (entry & 0x400) != 0) return true;
        return false;
    }

    /// <summary>Permission combinations that are misconfigurations, for a present entry.</summary>
    public static bool HasBadPermissions(ulong entry, bool mbec, bool execOnly)
    {
        bool r = (entry & 1) != 0, w = (entry & 2) != 0, x = (entry & 4) != 0, xu = (entry & 0x400) != 0;
        if (!r && w) return true;
        if (!r && x && !execOnly) return true;
        if (!r && xu && mbec && !execOnly) return true;
        return false;
    }

    /// <summary>Memory types 2, 3 and 7 are reserved, in entries that map a page.</summary>
    public static bool HasBadMemoryType(ulong entry, int level)
    {
        bool maps = level == 1 || (level == 2 || level == 3) && (entry & 0x80) != 0;
        if (!maps) return false;
        ulong type = (entry & 0x38) >> 3;
        if (type == 2) return true;
        if (type == 3) return true;
        if (type == 7) return true;
        return false;
    }

    /// <summary>Reserved bits, one at a time.</summary>
    public static bool IsReservedBit(int bit, int level, bool bit7, int maxPhyAddr)
    {
        if (bit >= maxPhyAddr && bit <= 51) return true;
        if (level == 5 || level == 4)
        {
            if (bit >= 3 && bit <= 7) return true;
        }
        else if (level == 3)
        {
            if (!bit7 && bit >= 3 && bit <= 6) return true;
            if (bit7 && bit >= 12 && bit <= 29) return true;
        }
        else if (level == 2)
        {
            if (!bit7 && bit >= 3 && bit <= 6) return true;
            if (bit7 && bit >= 12 && bit <= 20) return true;
        }

        return false;
    }

    /// <summary>A present entry that makes the walk end in an EPT misconfiguration.</summary>
    public static bool IsMisconfigured(ulong entry, int level, bool mbec, bool execOnly, int maxPhyAddr)
    {
        if (HasBadPermissions(entry, mbec, execOnly)) return true;
        if (HasBadMemoryType(entry, level)) return true;
        bool bit7 = (entry & 0x80) != 0;
        for (int bit = 0; bit < 64; bit++)
        {
            if ((entry >> bit & 1) != 0 && IsReservedBit(bit, level, bit7, maxPhyAddr)) return true;
        }

        return false;
    }

    /// <summary>
    /// One access through a translation whose entries AND to <paramref name="entry"/>.
    /// </summary>
    /// <param name="entry">R, W, XS and XU at their places.</param>
    /// <param name="mbec">Mode-based execute control is on.</param>
    /// <param name="execOnly">Execute-only translations are supported.</param>
    /// <param name="write">A write (a guest-table access with EPT A/D, or a data write).</param>
    /// <param name="fetch">An instruction fetch.</param>
    /// <param name="userPage">The linear address is a user address: U=1 in all guest entries.</param>
    public static ArchitectureOutcome Access(ulong entry, bool mbec, bool execOnly, bool write, bool fetch, bool userPage)
    {
        if (!IsPresent(entry, mbec)) return ArchitectureOutcome.NotPresent;
        if (HasBadPermissions(entry, mbec, execOnly)) return ArchitectureOutcome.Malformed;
        if (fetch)
        {
            if (mbec && userPage) return (entry & 0x400) != 0 ? ArchitectureOutcome.Allowed : ArchitectureOutcome.Denied;
            return (entry & 4) != 0 ? ArchitectureOutcome.Allowed : ArchitectureOutcome.Denied;
        }

        if (write) return (entry & 2) != 0 ? ArchitectureOutcome.Allowed : ArchitectureOutcome.Denied;
        return (entry & 1) != 0 ? ArchitectureOutcome.Allowed : ArchitectureOutcome.Denied;
    }

    /// <summary>Bits 8:0 of the exit qualification of a violation.</summary>
    public static ulong Qualification(ulong entry, bool mbec, bool write, bool fetch, bool guestTable)
    {
        ulong q = 0x80;
        if (guestTable)
        {
            q |= 1;
            if (write) q |= 2;
        }
        else
        {
            q |= 0x100;
            if (write) q |= 2;
            else if (fetch) q |= 4;
            else q |= 1;
        }

        if ((entry & 1) != 0) q |= 8;
        if ((entry & 2) != 0) q |= 16;
        if ((entry & 4) != 0) q |= 32;
        if (mbec && (entry & 0x400) != 0) q |= 64;
        return q;
    }
}
