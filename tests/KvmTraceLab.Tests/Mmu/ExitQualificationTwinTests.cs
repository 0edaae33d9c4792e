using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Architecture;
using KvmTraceLab.Mmu.Bits;
using KvmTraceLab.Mmu.Tables;

namespace KvmTraceLab.Tests.Mmu;

public sealed class ExitQualificationTwinTests
{
    [Fact]
    public void Reserved_bits_agree_with_the_manual_bit_by_bit()
    {
        foreach (ReservedBitRow row in EptTables.ReservedBits.Typed())
            Assert.Equal(EptHardware.IsReservedBit(row.Bit, row.Level, row.Bit7, row.MaxPhyAddr), row.Reserved);
    }

    /// <summary>The translation since 7.2, said again bit by bit.</summary>
    [Fact]
    public void Qualification_to_PFERR_in_the_form_of_7_2()
    {
        foreach (QualificationRow row in CodeTables.ExitqualToPfec.Typed())
        {
            ulong q = row.Qualification, want = 0;
            if ((q & 2) != 0) want |= 2;
            if ((q & 4) != 0) want |= 16;
            if ((q & 0x38) != 0) want |= 1;
            if (row.Mbec && (q & 0x40) != 0) want |= 1;
            if ((q & 0x80) != 0)
            {
                if ((q & 0x100) != 0) want |= 1UL << 32;
                else want |= 1UL << 33;
                if ((q & 0x300) == 0x300) want |= 4;
            }

            Assert.Equal(want, (ulong)row.Pfec);
        }
    }

    [Theory]
    [InlineData(0x181, KvmKernel.V71, 0x1_0000_0004)]
    [InlineData(0x182, KvmKernel.V71, 0x1_0000_0002)]
    [InlineData(0x1ac, KvmKernel.V71, 0x1_0000_0011)]
    [InlineData(0x001, KvmKernel.V71, 0x4)]
    [InlineData(0x001, KvmKernel.V61, 0x2_0000_0004)]
    [InlineData(0x3c4, KvmKernel.V71, 0x1_0000_0010)]
    public void Qualification_to_PFERR_up_to_7_1(ulong qualification, KvmKernel kernel, ulong pfec) =>
        Assert.Equal(pfec, (ulong)FaultCode.FromExitQualification(qualification, kernel, mbec: true));

    [Fact]
    public void Bits_9_to_11_are_copied_from_hardware_and_bits_2_to_0_never()
    {
        PageAccess write = PageAccess.Write | PageAccess.GuestFinal;
        ulong q = FaultCode.InjectedExitQualification(MmuRole.Ept(mbec: true), 1, write, hardware: 0xf83);
        Assert.Equal(0xf8aUL, q);
    }

    [Theory]
    [InlineData(0x001UL, 0x009UL)] // no linear address: PDPTE load, processor trace
    [InlineData(0x101UL, 0x109UL)]
    [InlineData(0x081UL, 0x089UL)]
    [InlineData(null, 0x189UL)]
    public void A_fault_of_hardware_keeps_its_own_stage(ulong? hardware, ulong injected) =>
        Assert.Equal(injected, FaultCode.InjectedExitQualification(MmuRole.Ept(mbec: false), 1, PageAccess.GuestFinal, hardware));

    [Theory]
    [InlineData(PageAccess.User, 0x189UL)]
    [InlineData(PageAccess.Write, 0x18aUL)]
    [InlineData(PageAccess.Fetch, 0x18cUL)]
    [InlineData(PageAccess.User | PageAccess.Write, 0x18bUL)]
    [InlineData(PageAccess.User | PageAccess.Fetch, 0x18dUL)]
    public void Up_to_7_1_each_bit_of_the_access_is_injected(PageAccess access, ulong injected) =>
        Assert.Equal(injected, FaultCode.InjectedExitQualification(MmuRole.Ept(mbec: true) with { Kernel = KvmKernel.V71 }, 0x401, access | PageAccess.GuestFinal));

    [Fact]
    public void User_page_is_defined_only_for_a_valid_final_translation()
    {
        Assert.True(new ExitQualification(0x384).UserPage);
        Assert.False(new ExitQualification(0x284).UserPage);
        Assert.False(new ExitQualification(0x304).UserPage);
        Assert.Equal(Acc.Read | Acc.Write | Acc.Exec, new ExitQualification(0x7bc).Prot);
    }

    [Theory]
    [InlineData("6.1.0-13-amd64", KvmKernel.V61)]
    [InlineData("6.9", KvmKernel.V61)]
    [InlineData("6.10.3", KvmKernel.V71)]
    [InlineData("7.1.0-rc2", KvmKernel.V71)]
    [InlineData("7.2.13", KvmKernel.V72)]
    [InlineData("8.0", KvmKernel.V72)]
    public void Kernel_releases(string release, KvmKernel kernel)
    {
        Assert.True(KvmKernels.TryParse(release, out KvmKernel parsed));
        Assert.Equal(kernel, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("x.y")]
    [InlineData(".2")]
    [InlineData("7.")]
    public void No_kernel_release(string text) => Assert.False(KvmKernels.TryParse(text, out _));
}
