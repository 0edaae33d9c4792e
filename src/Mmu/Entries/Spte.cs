namespace KvmTraceLab.Mmu.Entries;

/// <summary>
/// A shadow page-table entry, always read together with its <see cref="SpteLayout"/>: bit 10 alone is MMU-writable in one
/// format and user-execute in another. A plain value; all questions are bit tests.
/// </summary>
/// <param name="Value">The raw 64 bits.</param>
/// <param name="Layout">Format and kernel generation.</param>
public readonly record struct Spte(ulong Value, SpteLayout Layout)
{
    public Spte(ulong value, KvmKernel kernel, MmuKind kind)
        : this(value, SpteLayout.For(kernel, kind))
    {
    }

    /// <summary><c>is_shadow_present_pte()</c>: backed by memory, whatever the hardware may do with it.</summary>
    public bool IsPresent => (Value & SpteLayout.MmuPresent) != 0;

    /// <summary><c>is_frozen_spte()</c>.</summary>
    public bool IsFrozen => Value == Layout.FrozenValue;

    /// <summary><c>is_mmio_spte()</c>: a cached MMIO access, made to fault on purpose.</summary>
    public bool IsMmio => !IsPresent && (Value & Layout.MmioMask) == Layout.MmioValue;

    /// <summary><c>is_large_pte()</c>: bit 7. Only meaningful above level 1.</summary>
    public bool IsLarge => (Value & SpteLayout.PageSize) != 0;

    /// <summary><c>is_last_spte()</c>.</summary>
    public bool IsLeaf(int level) => level == 1 || IsLarge;

    /// <summary>Bit 0: R on EPT, P elsewhere.</summary>
    public bool Readable => (Value & Layout.Read) != 0;

    public bool Writable => (Value & SpteLayout.Writable) != 0;

    /// <summary>Executable by supervisor pages: XS set, or NX clear. Without MBEC that is every page.</summary>
    public bool SupervisorExec => (Value & (Layout.Xs | Layout.Nx)) == Layout.Xs;

    /// <summary>XU on a 7.2 EPT SPTE; false where the bit does not exist.</summary>
    public bool UserExec => (Value & Layout.Xu) != 0;

    /// <summary>U on NPT and shadow SPTEs; false on EPT.</summary>
    public bool User => (Value & Layout.User) != 0;

    public bool HostWritable => (Value & Layout.HostWritable) != 0;

    public bool MmuWritable => (Value & Layout.MmuWritable) != 0;

    /// <summary><c>check_spte_writable_invariants()</c>, for leaves: W needs MMU-writable, which needs host-writable.</summary>
    public bool KeepsWritableInvariants => (!Writable || MmuWritable) && (!MmuWritable || HostWritable);

    public bool Accessed => (Value & Layout.Accessed) != 0;

    public bool Dirty => (Value & Layout.Dirty) != 0;

    public SpteAdType AdType => (SpteAdType)(Value >> Layout.AdShift & 3);

    /// <summary><c>spte_ad_enabled()</c>.</summary>
    public bool AdEnabled => AdType != SpteAdType.Disabled;

    /// <summary><c>is_access_track_spte()</c>: A/D is off and the permissions were taken away to see the next access.</summary>
    public bool IsAccessTracked => IsPresent && Layout.AccTrack != 0 && !AdEnabled && (Value & Layout.AccTrack) == 0;

    /// <summary>The permissions that an access-tracked SPTE had, at their normal places (R, XS, XU; W is not saved).</summary>
    public ulong SavedPermissions => IsAccessTracked ? Value >> Layout.SavedShift & Layout.SavedBits : 0;

    /// <summary>Suppress-#VE, bit 63 of EPT entries; KVM sets it in all since 6.10.</summary>
    public bool SuppressVe => Layout.Kind == MmuKind.Ept && (Value & 1UL << 63) != 0;

    /// <summary>Frame number of a present SPTE or MMIO gfn bits: bits 51:12.</summary>
    public ulong Pfn => (Value & X86Entry.Bits(12, 51)) >> 12;

    /// <summary><c>get_mmio_spte_generation()</c>.</summary>
    public uint MmioGeneration
    {
        get
        {
            int lowBits = Layout.MmioGenLowEnd - 3 + 1;
            return (uint)((Value >> 3 & X86Entry.Bits(0, lowBits - 1)) | (Value >> 52 & 0x7ff) << lowBits);
        }
    }

    /// <summary>
    /// What the processor grants through this SPTE, in the ACC numbering of its kernel. Non-present and frozen SPTEs and MMIO
    /// SPTEs grant nothing; nor does an access-tracked one.
    /// </summary>
    public Acc Acc => IsPresent
        ? AccLayout.For(Layout.Kernel, Layout.Kind).Combine(Readable, Writable, User, SupervisorExec, UserExec)
        : Acc.None;

    /// <summary>
    /// What the processor grants, always in the 7.2 numbering of <see cref="Mmu.Acc"/>, so that callers need not know the kernel.
    /// Before 7.2 EPT has no XU: execute is reported as both XS and XU.
    /// </summary>
    public Acc EffectiveAcc
    {
        get
        {
            if (!IsPresent)
                return Acc.None;
            bool exec = SupervisorExec;
            bool fourth = Layout.Kind != MmuKind.Ept ? User : Layout.Xu != 0 ? UserExec : exec;
            return (Readable ? Acc.Read : Acc.None) | (Writable ? Acc.Write : Acc.None) | (exec ? Acc.Exec : Acc.None) | (fourth ? Acc.User : Acc.None);
        }
    }

    /// <summary>The value without A and D, which hardware changes without an event: compare these.</summary>
    public ulong WithoutAccessedDirty => Value & ~(Layout.Accessed | Layout.Dirty);
}
