namespace KvmTraceLab.Mmu.Entries;

/// <summary>
/// An EPT entry as L1 writes it (EPT12) and the processor reads it: R 0, W 1, XS 2, memory type 5:3, ignore-PAT 6, page
/// size 7, A 8, D 9, XU 10. All questions are answered as KVM's EPT flavour of paging_tmpl.h answers them.
/// </summary>
/// <param name="Value">The raw 64 bits.</param>
public readonly record struct EptEntry(ulong Value)
{
    /// <summary>VMX_EPT_RWX_MASK.</summary>
    public const ulong Rwx = 7;

    /// <summary>VMX_EPT_USER_EXECUTABLE_MASK.</summary>
    public const ulong UserExecutable = 1UL << 10;

    public bool Readable => (Value & 1) != 0;

    public bool Writable => (Value & 2) != 0;

    /// <summary>Bit 2: executable; with MBEC from supervisor pages only.</summary>
    public bool SupervisorExec => (Value & 4) != 0;

    /// <summary>Bit 10: executable from user pages, where MBEC is on.</summary>
    public bool UserExec => (Value & UserExecutable) != 0;

    public bool PageSize => (Value & 1UL << 7) != 0;

    /// <summary><c>is_present_gpte()</c>: any of bits 2:0, or bit 10 where the MMU has MBEC.</summary>
    public bool IsPresent(MmuRole role) => (Value & (Rwx | (role.MbecInForce ? UserExecutable : 0))) != 0;

    /// <summary><c>gpte_access()</c>: XU is copied even when nothing will consult it.</summary>
    public Acc Access(MmuRole role) => role.Layout.Combine(Readable, Writable, user: false, SupervisorExec, UserExec);

    /// <summary>True for an entry that maps a page: level 1, or a huge page at level 2 or 3.</summary>
    public bool IsLeaf(int level) => level == 1 || (PageSize && level <= 3);

    /// <summary>The reserved bits that apply to an entry with this bit 7 at this level: <c>__reset_rsvds_bits_mask_ept()</c>.</summary>
    public ulong ReservedMask(MmuRole role, int level) => ReservedMask(role.MaxPhyAddr, role.HugePageLevel, level, PageSize);

    /// <summary>A reserved bit is set.</summary>
    public bool HasReservedBits(MmuRole role, int level) => (Value & ReservedMask(role, level)) != 0;

    /// <summary>
    /// <c>__is_bad_mt_xwr()</c>: memory types 2, 3, 7 and the permissions -W-, -WX and, without execute-only support, --X. Since
    /// 7.2 bit 10 is folded into bit 2 first, whether or not MBEC is on.
    /// </summary>
    public bool HasBadMtXwr(MmuRole role)
    {
        ulong pte = Value;
        if (!role.Kernel.IsBefore72() && UserExec)
            pte |= 4;
        return (BadMtXwr(role.ExecOnly) >> (int)(pte & 0x3f) & 1) != 0;
    }

    /// <summary>The walk stops here with an EPT misconfiguration. Asked of present entries only.</summary>
    public bool IsMisconfigured(MmuRole role, int level) => HasReservedBits(role, level) || HasBadMtXwr(role);

    /// <summary>The page-frame address, masked by the size of what the entry points to.</summary>
    public ulong Address(int level) => Value & X86Entry.AddressMask(IsLeaf(level) ? level : 1);

    /// <summary>The 64-entry set of bad combinations of bits 5:0.</summary>
    public static ulong BadMtXwr(bool execOnly)
    {
        ulong bad = 0;
        for (int pte = 0; pte < 64; pte++)
        {
            int type = pte >> 3, rwx = pte & 7;
            if (type is 2 or 3 or 7 || rwx is 2 or 6 || (rwx == 4 && !execOnly))
                bad |= 1UL << pte;
        }

        return bad;
    }

    /// <summary>Reserved bits by physical width, largest page level, level and bit 7. 2M pages reserve 20:12, 1G pages 29:12.</summary>
    public static ulong ReservedMask(int maxPhyAddr, int hugePageLevel, int level, bool pageSize)
    {
        ulong high = X86Entry.Bits(maxPhyAddr, 51);
        ulong noHuge = level is 2 or 3 && hugePageLevel < level ? 1UL << 7 : 0;
        return high | noHuge | (level, pageSize) switch
        {
            (1, _) => 0,
            (2, true) => X86Entry.Bits(12, 20),
            (3, true) => X86Entry.Bits(12, 29),
            (2 or 3, false) => X86Entry.Bits(3, 6),
            _ => X86Entry.Bits(3, 7),
        };
    }
}
