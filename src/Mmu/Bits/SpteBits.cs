using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu.Bits;

/// <summary>Names for the bits of an SPTE, which depend on its <see cref="SpteLayout"/>.</summary>
public static class SpteBits
{
    /// <summary>All named fields of a layout, lowest bit first; built on each call, so keep it out of hot loops.</summary>
    public static IReadOnlyList<BitField> Fields(SpteLayout layout)
    {
        bool ept = layout.Kind == MmuKind.Ept;
        var fields = new List<BitField>
        {
            new(ept ? "VMX_EPT_READABLE_MASK" : "PT_PRESENT_MASK", 0, ept ? "readable" : "present"),
            new(ept ? "VMX_EPT_WRITABLE_MASK" : "PT_WRITABLE_MASK", 1, "writable"),
            new(ept ? "VMX_EPT_EXECUTABLE_MASK" : "PT_USER_MASK", 2,
                ept ? "executable (XS: from supervisor pages, where MBEC is on)" : "user; with GMET: a supervisor may not fetch"),
        };
        if (ept)
        {
            fields.Add(new("VMX_EPT_MT_MASK", 3, 3, "memory type: 0 UC, 1 WC, 4 WT, 5 WP, 6 WB"));
            fields.Add(new("VMX_EPT_IPAT_BIT", 6, "the guest's PAT is ignored"));
        }
        else
        {
            fields.Add(new("PT_PWT_MASK", 3, "page-level write-through"));
            fields.Add(new("PT_PCD_MASK", 4, "page-level cache disable"));
        }

        fields.Add(new("PT_PAGE_SIZE_MASK", 7, "huge page (level 2 or 3)"));
        fields.Add(new("SPTE_MMU_PRESENT_MASK", 11, "backed by memory"));
        fields.Add(new("PFN", 12, 40, "host page frame number"));
        AddMask(layout.Accessed, "shadow_accessed_mask", "accessed");
        AddMask(layout.Dirty, "shadow_dirty_mask", "dirty");
        AddMask(layout.Xu, "VMX_EPT_USER_EXECUTABLE_MASK", "executable from user pages (XU)");
        AddMask(layout.HostWritable, "shadow_host_writable_mask", "the host mapping allows writes");
        AddMask(layout.MmuWritable, "shadow_mmu_writable_mask", "KVM's MMU allows writes; with W clear: writes are tracked");
        AddMask(layout.Nx, "shadow_nx_mask", "not executable");
        fields.Add(new("SPTE_TDP_AD_MASK", layout.AdShift, 2, "A/D type: 0 enabled, 1 disabled, 2 write-protection only"));
        AddSaved(0, "saved R of an access-tracked SPTE");
        AddSaved(2, "saved XS of an access-tracked SPTE");
        AddSaved(10, "saved XU of an access-tracked SPTE");
        AddMask(layout.SuppressVe, "VMX_EPT_SUPPRESS_VE_BIT", "suppress #VE; set in every EPT SPTE");
        return [.. fields.OrderBy(f => f.Shift)];

        void AddMask(ulong mask, string name, string sentence)
        {
            if (mask != 0)
                fields.Add(new(name, System.Numerics.BitOperations.TrailingZeroCount(mask), sentence));
        }

        void AddSaved(int bit, string sentence)
        {
            if ((layout.SavedBits >> bit & 1) != 0)
                fields.Add(new("SHADOW_ACC_TRACK_SAVED_MASK", bit + layout.SavedShift, sentence));
        }
    }

    /// <summary>Bits by name and what the whole means.</summary>
    public static BitReport Describe(Spte spte)
    {
        SpteLayout layout = spte.Layout;
        string what = $"SPTE ({layout.Kind switch { MmuKind.Ept => "EPT", MmuKind.Npt => "NPT", _ => "shadow" }}, Linux {layout.Kernel.Spell()})";
        if (spte.IsFrozen)
            return Plain("Frozen: the TDP MMU is changing this entry.");
        if (spte.IsMmio)
            return Plain($"Cached MMIO, generation {spte.MmioGeneration}: every access faults and is emulated.");
        if (!spte.IsPresent)
            return Plain(spte.Value == layout.NonPresentValue ? "Not present." : "Not present in the shadow MMU (SPTE_MMU_PRESENT_MASK is clear).");
        return BitReport.From(what, spte.Value, Fields(layout), Sentence(spte));

        BitReport Plain(string summary) => new(what, spte.Value, [], summary, 0);
    }

    private static string Sentence(Spte spte)
    {
        string grants = spte.IsAccessTracked ? "access-tracked: it grants nothing until the next fault restores it" : $"grants {Grants(spte)}";
        string write = (spte.Writable, spte.MmuWritable, spte.HostWritable) switch
        {
            (true, true, true) => "writable",
            (false, true, true) => "writes are tracked (dirty logging)",
            (false, false, true) => "write-protected by the MMU (or a read-only mapping of a writable page)",
            (false, false, false) => "read-only for the host too",
            (true, false, false) => "writable as entries that point to a page table always are (in a leaf INCONSISTENT: W needs MMU-writable)",
            _ => "INCONSISTENT: writable needs MMU-writable, which needs host-writable",
        };
        return $"Present{(spte.IsLarge ? ", huge when above level 1" : "")}; {grants}; {write}; A/D {spte.AdType switch
        {
            SpteAdType.Enabled => "on",
            SpteAdType.Disabled => "off",
            SpteAdType.WrprotOnly => "on, writes tracked by protection",
            _ => "type unknown",
        }}; pfn 0x{spte.Pfn:x}.";
    }

    /// <summary>r,w,xu,xs on 7.2 EPT; r,w,x on older EPT, which has no XU; r,w,u,x elsewhere.</summary>
    private static string Grants(Spte spte)
    {
        if (spte.Layout.Kind != MmuKind.Ept)
            return AccLayout.Since72.Spell(spte.EffectiveAcc);
        return spte.Layout.Xu != 0
            ? AccLayout.Since72Ept.Spell(spte.EffectiveAcc)
            : AccLayout.Since72.Spell(spte.EffectiveAcc & ~Acc.User);
    }
}
