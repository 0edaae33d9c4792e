using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Tests.Mmu;

/// <summary>The masks of spte.h and of the two functions that set them, as whole numbers instead of shifts.</summary>
public sealed class SpteLayoutTests
{
    [Theory]
    [InlineData(KvmKernel.V72, 0x8000000000000000UL, 0x400UL, 0x0020000000000000UL, 0x0080000000000000UL, 0x3000000000000000UL, 0x405UL, 0x4050000000000000UL, 0x407UL)]
    [InlineData(KvmKernel.V71, 0x8000000000000000UL, 0x000UL, 0x0200000000000000UL, 0x0400000000000000UL, 0x0030000000000000UL, 0x005UL, 0x0140000000000000UL, 0x007UL)]
    [InlineData(KvmKernel.V61, 0x0000000000000000UL, 0x000UL, 0x0200000000000000UL, 0x0400000000000000UL, 0x0030000000000000UL, 0x005UL, 0x0140000000000000UL, 0x007UL)]
    public void Of_EPT(KvmKernel kernel, ulong present, ulong xu, ulong hostWritable, ulong mmuWritable, ulong adType, ulong saved, ulong savedAt, ulong accTrack)
    {
        SpteLayout layout = SpteLayout.For(kernel, MmuKind.Ept);
        Assert.Equal((present, present, present), (layout.Present, layout.SuppressVe, layout.NonPresentValue));
        Assert.Equal((1UL, 0UL, 0UL, 4UL, xu), (layout.Read, layout.User, layout.Nx, layout.Xs, layout.Xu));
        Assert.Equal((0x100UL, 0x200UL), (layout.Accessed, layout.Dirty));
        Assert.Equal((hostWritable, mmuWritable, adType), (layout.HostWritable, layout.MmuWritable, layout.AdMask));
        Assert.Equal((saved, savedAt, accTrack), (layout.SavedBits, layout.SavedBits << layout.SavedShift, layout.AccTrack));
        Assert.Equal((present | 7, 6UL), (layout.MmioMask, layout.MmioValue));
        Assert.Equal(kernel == KvmKernel.V72 ? 9 : 10, layout.MmioGenLowEnd);
        Assert.Equal(present | (kernel == KvmKernel.V72 ? 0x1a0UL : 0x5a0UL), layout.FrozenValue);
        Assert.Equal(7 | xu, layout.Permissions);
    }

    [Theory]
    [InlineData(KvmKernel.V72, 0x3000000000000000UL, 0x8000000000000000UL, 0x80000000000001a0UL, 9)]
    [InlineData(KvmKernel.V71, 0x0030000000000000UL, 0x8000000000000000UL, 0x80000000000005a0UL, 10)]
    [InlineData(KvmKernel.V61, 0x0030000000000000UL, 0x0000000000000000UL, 0x00000000000005a0UL, 10)]
    public void Of_NPT_and_shadow_paging(KvmKernel kernel, ulong adType, ulong nonPresent, ulong frozen, int generationEnd)
    {
        foreach (MmuKind kind in new[] { MmuKind.Npt, MmuKind.Shadow })
        {
            SpteLayout layout = SpteLayout.For(kernel, kind);
            Assert.Equal((kind, kernel), (layout.Kind, layout.Kernel));
            Assert.Equal((1UL, 1UL, 4UL, 0x8000000000000000UL, 0UL, 0UL), (layout.Present, layout.Read, layout.User, layout.Nx, layout.Xs, layout.Xu));
            Assert.Equal((0x20UL, 0x40UL, 0x200UL, 0x400UL), (layout.Accessed, layout.Dirty, layout.HostWritable, layout.MmuWritable));
            Assert.Equal((adType, 0UL, 0, 0UL, 0UL), (layout.AdMask, layout.SavedBits, layout.SavedShift, layout.AccTrack, layout.SuppressVe));
            Assert.Equal((nonPresent, frozen, generationEnd), (layout.NonPresentValue, layout.FrozenValue, layout.MmioGenLowEnd));
            Assert.Equal((0x0008000000000001UL, 0x0008000000000001UL), (layout.MmioMask, layout.MmioValue));
            Assert.Equal(0x8000000000000007UL, layout.Permissions);
        }
    }

    /// <summary>make_mmio_spte(): the generation lies in two pieces. On EPT a marker lets #VE through: bit 63 is clear.</summary>
    [Theory]
    [InlineData(KvmKernel.V72, MmuKind.Ept, 0x0000_0000_fee0_0006UL, 0x0010_0000_0000_0008UL, 0x81u)]
    [InlineData(KvmKernel.V72, MmuKind.Ept, 0x0000_0000_fee0_0006UL, 0x7ff0_0000_0000_03f8UL, 0x3ffffu)]
    [InlineData(KvmKernel.V61, MmuKind.Ept, 0x0000_0000_fee0_0006UL, 0x0010_0000_0000_0400UL, 0x180u)]
    [InlineData(KvmKernel.V61, MmuKind.Npt, 0x0008_0000_fee0_0001UL, 0x7ff0_0000_0000_07f8UL, 0x7ffffu)]
    public void An_MMIO_entry_bears_its_generation(KvmKernel kernel, MmuKind kind, ulong entry, ulong generation, uint expected)
    {
        var plain = new Spte(entry, kernel, kind);
        Assert.Equal((true, 0u), (plain.IsMmio, plain.MmioGeneration));
        var spte = new Spte(entry | generation, kernel, kind);
        Assert.Equal((true, expected), (spte.IsMmio, spte.MmioGeneration));
        Assert.False(spte.IsPresent || spte.IsFrozen);
        Assert.Equal(Acc.None, spte.Acc | spte.EffectiveAcc);
        Assert.False(new Spte(spte.Value | SpteLayout.MmuPresent, spte.Layout).IsMmio);
        Assert.False(new Spte(spte.Value ^ 1, spte.Layout).IsMmio);
        Assert.Equal(kernel == KvmKernel.V72, !new Spte(spte.Value | 1UL << 63, spte.Layout).IsMmio);
    }

    [Fact]
    public void Only_a_present_EPT_entry_with_AD_off_is_access_tracked()
    {
        const ulong AdOff = 1UL << 60;
        Assert.True(new Spte(1UL << 63 | AdOff | 0x800, KvmKernel.V72, MmuKind.Ept).IsAccessTracked);
        Assert.False(new Spte(1UL << 63 | AdOff, KvmKernel.V72, MmuKind.Ept).IsAccessTracked);
        Assert.False(new Spte(1UL << 63 | 0x800, KvmKernel.V72, MmuKind.Ept).IsAccessTracked);
        Assert.False(new Spte(1UL << 63 | AdOff | 0xc00, KvmKernel.V72, MmuKind.Ept).IsAccessTracked);
        Assert.False(new Spte(AdOff | 0x800, KvmKernel.V72, MmuKind.Npt).IsAccessTracked);
        Assert.Equal(0x405UL, new Spte(1UL << 63 | AdOff | 0x800 | 0x4050000000000000, KvmKernel.V72, MmuKind.Ept).SavedPermissions);
    }

    [Fact]
    public void Effective_permissions_have_the_numbering_of_7_2_whatever_the_kernel()
    {
        Assert.Equal(Acc.Read | Acc.Exec | Acc.UserExec, new Spte(0x805, KvmKernel.V61, MmuKind.Ept).EffectiveAcc);
        Assert.Equal(Acc.Read | Acc.Write, new Spte(0xc03, KvmKernel.V61, MmuKind.Ept).EffectiveAcc);
        Assert.Equal(Acc.Read | Acc.UserExec, new Spte(1UL << 63 | 0xc01, KvmKernel.V72, MmuKind.Ept).EffectiveAcc);
        Assert.Equal(Acc.Read | Acc.User, new Spte(1UL << 63 | 0x805, KvmKernel.V61, MmuKind.Npt).EffectiveAcc);
        Assert.Equal(Acc.Read | Acc.Write | Acc.Exec, new Spte(0x803, KvmKernel.V72, MmuKind.Npt).EffectiveAcc);
        Assert.Equal(Acc.None, new Spte(7, KvmKernel.V72, MmuKind.Npt).EffectiveAcc);
        Assert.Equal((Acc)7, new Spte(0x807, KvmKernel.V61, MmuKind.Npt).Acc);
    }

    /// <summary>vmx_suppress_ve: bit 63 is NX elsewhere.</summary>
    [Fact]
    public void Bit_63_suppresses_VE_on_EPT_alone()
    {
        foreach (KvmKernel kernel in Enum.GetValues<KvmKernel>())
        {
            Assert.True(new Spte(1UL << 63, kernel, MmuKind.Ept).SuppressVe);
            Assert.False(new Spte(~(1UL << 63), kernel, MmuKind.Ept).SuppressVe);
            Assert.False(new Spte(ulong.MaxValue, kernel, MmuKind.Npt).SuppressVe || new Spte(ulong.MaxValue, kernel, MmuKind.Shadow).SuppressVe);
        }
    }

    /// <summary>make_nonleaf_spte(): all permissions; A, or where A/D is off the type that says so and no A.</summary>
    [Theory]
    [InlineData(KvmKernel.V72, MmuKind.Ept, 0x8000000000000d07UL, 0x9000000000000c07UL)]
    [InlineData(KvmKernel.V71, MmuKind.Ept, 0x8000000000000907UL, 0x8010000000000807UL)]
    [InlineData(KvmKernel.V61, MmuKind.Ept, 0x0000000000000907UL, 0x0010000000000807UL)]
    [InlineData(KvmKernel.V72, MmuKind.Npt, 0x0000000000000827UL, 0x1000000000000807UL)]
    [InlineData(KvmKernel.V61, MmuKind.Shadow, 0x0000000000000827UL, 0x0010000000000807UL)]
    public void Of_tables(KvmKernel kernel, MmuKind kind, ulong expected, ulong adDisabled)
    {
        SpteLayout layout = SpteLayout.For(kernel, kind);
        Assert.Equal((expected, adDisabled), (SpteMaker.MakeNonleafSpte(layout, adDisabled: false), SpteMaker.MakeNonleafSpte(layout, adDisabled: true)));
    }
}
