using KvmTraceLab.Mmu;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>What the faults are judged by, and the reason the report gives for each.</summary>
public sealed class ReplayConfigTests
{
    private const ulong Present = 0x800, Bit53 = 1UL << 53, Bit54 = 1UL << 54, Bit55 = 1UL << 55, Bit57 = 1UL << 57, Bit58 = 1UL << 58, Bit63 = 1UL << 63;

    private const string Software72 = "software bits of SPTEs stand at 53 and 55";
    private const string Software71 = "software bits of SPTEs stand at 57 and 58, and bit 63 is set";
    private const string Software61 = "software bits of SPTEs stand at 57 and 58, and bit 63 is clear";
    private const string Empty = "empty SPTEs have bit 63 (6.10 and later)";
    private const string Nothing = "nothing in the trace tells generations apart";

    private static readonly ConfigValue EptOnly = new(null, "assumed", "EPT only");

    private static ReplayConfig Config(KvmKernel? kernel = null, bool? intel = null) => new(new ReplayOptions { Kernel = kernel, Intel = intel });

    private static ReplayConfig Facts(bool intel, params (string Name, string Value)[] facts) =>
        new(new ReplayOptions { Intel = intel, HostFacts = facts.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal) });

    [Fact]
    public void Of_an_empty_trace()
    {
        var config = Config();
        Assert.Equal((false, false, false, KvmKernel.V61, MmuKind.Npt), (config.IsIntel, config.VendorKnown, config.KernelKnown, config.Kernel, config.Kind));
        Assert.Equal((false, false), (config.Mbec, config.Gmet));
        Assert.Equal(new ConfigValue(null, "assumed", "no exit names a vendor"), config.VendorValue);
        Assert.Equal(new ConfigValue("6.1", "assumed", Nothing), config.KernelValue);
        Assert.Equal(new ConfigValue(false, "assumed", "MBEC is an Intel feature"), config.MbecValue);
        Assert.Equal(new ConfigValue(null, "assumed", "the kernel generation is unknown"), config.GmetValue);
        Assert.Equal(new ConfigValue(false, "trace", "no event of system kvmmmu is in the trace"), config.MmuEventsValue);
        Assert.Equal(new ConfigValue("nested", "assumed", "no event tells; nested paging is the usual case"), config.PagingValue);
        Assert.Equal((EptOnly, EptOnly), (config.EptAccessedDirtyValue, config.ExecOnlyValue));
    }

    [Fact]
    public void The_first_exit_that_names_a_vendor_decides()
    {
        var config = Config();
        config.SeeIsa(Isa.Unknown);
        config.SeeIsa(Isa.Vmx);
        config.SeeIsa(Isa.Svm);
        Assert.Equal((true, true, MmuKind.Ept), (config.IsIntel, config.VendorKnown, config.Kind));
        Assert.Equal(new ConfigValue("intel", "trace", "exit reasons are of this vendor"), config.VendorValue);
        Assert.Equal(new ConfigValue(false, "trace", "GMET is an AMD feature"), config.GmetValue);
        Assert.Equal(new ConfigValue(true, "assumed", "no access-tracked SPTE was seen"), config.EptAccessedDirtyValue);
        Assert.Equal(new ConfigValue(true, "assumed", "execute-only EPT entries count as supported"), config.ExecOnlyValue);

        config.EptAccessedDirty = false;
        config.ExecOnlySeen = true;
        Assert.Equal(new ConfigValue(false, "trace", "access-tracked SPTEs were written: L1 or KVM runs without EPT A/D flags"), config.EptAccessedDirtyValue);
        Assert.Equal(new ConfigValue(true, "trace", "an execute-only EPT12 entry was accepted"), config.ExecOnlyValue);
    }

    [Fact]
    public void Other_vendors()
    {
        var amd = Config();
        amd.SeeIsa(Isa.Svm);
        Assert.Equal(new ConfigValue("amd", "trace", "exit reasons are of this vendor"), amd.VendorValue);
        Assert.Equal((false, true), (amd.IsIntel, amd.VendorKnown));
        amd.SeeEptFault();
        Assert.False(amd.IsIntel);
        var arm = Config();
        arm.SeeIsa(Isa.Arm64);
        Assert.Equal(new ConfigValue("arm64", "trace", "exit reasons are of this vendor"), arm.VendorValue);
        foreach (var (isa, name) in ((Isa, string)[])[(Isa.Riscv, "RISC-V"), (Isa.LoongArch, "LoongArch")])
        {
            var other = Config();
            other.SeeIsa(isa);
            Assert.Equal(new ConfigValue(null, "trace", $"exit reasons are of {name}, whose faults are not judged"), other.VendorValue);
        }

        var foreign = Config();
        foreign.SeeIsa((Isa)3);
        Assert.Equal(new ConfigValue(null, "trace", "exit reasons are of a vendor that this build does not know"), foreign.VendorValue);
        Assert.False(foreign.IsIntel || foreign.VendorKnown);
        Assert.False(arm.IsIntel || arm.VendorKnown);
        arm.SeeEptFault();
        Assert.False(arm.IsIntel);
        Assert.Equal(new ConfigValue("intel", "option", "given"), Config(intel: true).VendorValue);
        Assert.Equal(new ConfigValue("amd", "option", "given"), Config(intel: false).VendorValue);
        var code = Config();
        code.SeeEptFault();
        Assert.Equal((true, false), (code.IsIntel, code.VendorKnown));
    }

    [Theory]
    [InlineData(Bit63 | Bit53 | Present, true, "7.2", Software72)]
    [InlineData(Bit63 | Bit55 | Present, true, "7.2", Software72)]
    [InlineData(Bit63 | Bit54 | Present, true, null, Nothing)]
    [InlineData(Bit63 | Present, true, null, Nothing)]
    [InlineData(Bit63 | Bit57 | Present, true, "7.1", Software71)]
    [InlineData(Bit63 | Bit58 | Present, true, "7.1", Software71)]
    [InlineData(Bit63 | Bit58 | Bit53 | Present, true, "7.1", Software71)]
    [InlineData(Bit57 | Present, true, "6.1", Software61)]
    [InlineData(Bit58 | Present, true, "6.1", Software61)]
    [InlineData(Bit53 | Present, true, null, Nothing)]
    [InlineData(Present, true, null, Nothing)]
    [InlineData(Bit63 | Bit53 | Present, false, null, Nothing)]
    [InlineData(Bit63 | Bit53, true, null, Nothing)]
    [InlineData(Bit63, false, "7.1", Empty)]
    [InlineData(0UL, true, null, Nothing)]
    public void An_SPTE_tells_the_generation(ulong spte, bool leaf, string? kernel, string evidence)
    {
        var config = Config(intel: true);
        config.SeeSpte(spte, leaf);
        Assert.Equal(new ConfigValue(kernel ?? "6.1", kernel is null ? "assumed" : "trace", evidence), config.KernelValue);
        Assert.Equal(kernel is not null, config.KernelKnown);

        var amd = Config(intel: false);
        amd.SeeSpte(spte, leaf);
        Assert.Equal(spte == Bit63, amd.KernelKnown);
        var shadow = Config(intel: true);
        shadow.ShadowPaging = true;
        shadow.SeeSpte(spte, leaf);
        Assert.False(shadow.KernelKnown);
    }

    [Fact]
    public void Certain_evidence_replaces_a_hint_and_is_kept()
    {
        var config = Config(intel: true);
        config.SeeSpte(Bit63, isLeaf: false);
        config.SeeSpte(Bit63 | Bit53 | Present, isLeaf: true);
        Assert.Equal(new ConfigValue("7.2", "trace", Software72), config.KernelValue);
        config.SeeSpte(Bit63 | Bit57 | Present, isLeaf: true);
        config.SeeInjectedBits();
        Assert.Equal(new ConfigValue("7.2", "trace", Software72), config.KernelValue);

        var old = Config(intel: true);
        old.SeeSpte(Bit57 | Present, isLeaf: true);
        old.SeeSpte(Bit63, isLeaf: true);
        old.SeeSpte(Bit63 | Bit57 | Present, isLeaf: true);
        Assert.Equal(new ConfigValue("6.1", "trace", Software61), old.KernelValue);
        old.SeeRequestedAccess();
        Assert.Equal(new ConfigValue("7.2", "trace", "MMU events have four access bits"), old.KernelValue);

        var injected = Config(intel: true);
        injected.SeeInjectedBits();
        injected.SeeRequestedAccess();
        Assert.Equal(new ConfigValue("7.2", "trace", "an injected qualification has bits that came with 7.2"), injected.KernelValue);
    }

    [Fact]
    public void Option_before_sidecar_before_header_before_what_was_seen()
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["kernel"] = "6.12.3" };
        var info = new TraceInfo { Kernel = "6.1.0-56-cloud-amd64" };
        Assert.Equal(new ConfigValue("7.2", "option", "given"), new ReplayConfig(new ReplayOptions { Kernel = KvmKernel.V72, HostFacts = facts }, info).KernelValue);
        var side = new ReplayConfig(new ReplayOptions { HostFacts = facts }, info);
        Assert.Equal((new ConfigValue("7.1", "sidecar", "kernel 6.12.3"), KvmKernel.V71), (side.KernelValue, side.Kernel));
        var header = new ReplayConfig(new ReplayOptions { Intel = true }, info);
        header.SeeSpte(Bit63 | Bit53 | Present, isLeaf: true);
        Assert.Equal((new ConfigValue("6.1", "trace", "the trace was recorded on 6.1.0-56-cloud-amd64"), KvmKernel.V61), (header.KernelValue, header.Kernel));
        info.Kernel = "7.2.0";
        Assert.Equal(KvmKernel.V72, header.Kernel);
        info.Kernel = null;
        Assert.Equal((KvmKernel.V72, new ConfigValue("7.2", "trace", Software72)), (header.Kernel, header.KernelValue));
        info.Kernel = "vanilla";
        Assert.Equal(KvmKernel.V72, header.Kernel);
    }

    [Theory]
    [InlineData("Y", true)]
    [InlineData("y", true)]
    [InlineData("1", true)]
    [InlineData("on", true)]
    [InlineData("true", true)]
    [InlineData("N", false)]
    [InlineData("n", false)]
    [InlineData("0", false)]
    [InlineData("off", false)]
    [InlineData("false", false)]
    [InlineData("maybe", null)]
    public void Module_parameters(string text, bool? value)
    {
        const string Untold = "nothing in the trace tells; both are allowed for";
        var expected = value is { } told ? new ConfigValue(told, "sidecar", "module parameter") : new ConfigValue(null, "assumed", Untold);
        var intel = Facts(true, ("kernel", "7.2.0"), ("kvm_intel.mbec", text));
        Assert.Equal((value, false, expected), (intel.Mbec, intel.Gmet, intel.MbecValue));
        var amd = Facts(false, ("kernel", "7.2.0"), ("kvm_amd.gmet", text));
        Assert.Equal((value, false, expected), (amd.Gmet, amd.Mbec, amd.GmetValue));
        var old = Facts(true, ("kernel", "7.1.0"), ("kvm_intel.mbec", text));
        Assert.Equal((false, new ConfigValue(false, "sidecar", "kernels before 7.2 do not use it")), (old.Mbec, old.MbecValue));
        var given = new ReplayConfig(new ReplayOptions { Intel = true, Kernel = KvmKernel.V72, Mbec = true });
        given.SeeDirectRole(0);
        Assert.Equal((true, new ConfigValue(true, "option", "given")), (given.Mbec, given.MbecValue));
        var gmet = new ReplayConfig(new ReplayOptions { Intel = false, Kernel = KvmKernel.V72, Gmet = false });
        gmet.SeeDirectRole(1 << 20);
        Assert.Equal((false, new ConfigValue(false, "option", "given")), (gmet.Gmet, gmet.GmetValue));
    }

    [Fact]
    public void The_role_of_a_direct_page_says_it_and_the_last_one_that_differs_counts()
    {
        foreach (var intel in new[] { true, false })
        {
            var config = Config(KvmKernel.V72, intel);
            ConfigValue Value() => intel ? config.MbecValue : config.GmetValue;
            bool? On() => intel ? config.Mbec : config.Gmet;
            Assert.Null(On());
            config.SeeDirectRole(0x106f84);
            config.SeeDirectRole(0x106f83);
            config.SeeMbec("later");
            config.SeeGmet("later");
            Assert.Equal((true, new ConfigValue(true, "trace", "role 0x106f84 of a direct shadow page has bit 20")), (On(), Value()));
            config.SeeDirectRole(0x6f84);
            config.SeeDirectRole(0x6f83);
            Assert.Equal((false, new ConfigValue(false, "trace", "role 0x6f84 of a direct shadow page lacks bit 20")), (On(), Value()));
        }
    }

    [Fact]
    public void What_L1_shows_is_kept_as_it_was_said_first()
    {
        var intel = Config(KvmKernel.V72, intel: true);
        intel.SeeMbec("first");
        intel.SeeMbec("second");
        Assert.Equal((true, new ConfigValue(true, "trace", "first")), (intel.Mbec, intel.MbecValue));
        intel.SeeDirectRole(0x106f84);
        Assert.Equal("role 0x106f84 of a direct shadow page has bit 20", intel.MbecValue.Evidence);
        var amd = Config(KvmKernel.V72, intel: false);
        amd.SeeGmet("first");
        amd.SeeGmet("second");
        Assert.Equal((true, new ConfigValue(true, "trace", "first")), (amd.Gmet, amd.GmetValue));
        var unknown = Config(intel: false);
        unknown.SeeGmet("seen");
        Assert.Equal(new ConfigValue(false, "assumed", "kernels before 7.2 do not use it"), unknown.GmetValue);
    }

    [Fact]
    public void Paging()
    {
        var config = Config(intel: true);
        config.MmuEvents = true;
        Assert.Equal(new ConfigValue(true, "trace", "kvmmmu events are in the trace"), config.MmuEventsValue);
        Assert.Equal(new ConfigValue("nested", "trace", "nested page faults, and no event of the TDP MMU"), config.PagingValue);
        config.TdpMmu = true;
        Assert.Equal(new ConfigValue("tdp", "trace", "kvm_tdp_mmu_spte_changed is in the trace: the TDP MMU"), config.PagingValue);
        config.ShadowPaging = true;
        config.MmuEvents = false;
        Assert.Equal(new ConfigValue("shadow", "trace", "#PF is intercepted"), config.PagingValue);
        Assert.Equal((MmuKind.Shadow, MmuKind.Shadow), (config.Kind, config.Layout.Kind));
    }

    /// <summary>Whose SPTEs these are: the vendor, a fault or #PF tells, or the first present leaf, by bits 5:3. What is told is not told anew.</summary>
    [Fact]
    public void Whose_SPTEs_these_are()
    {
        const ulong WriteBack = 6UL << 3, Caching = 4UL << 3;
        Assert.False(Config(intel: null).LayoutKnown);
        Assert.True(Config(intel: true).LayoutKnown);
        var shadow = Config(intel: null);
        shadow.ShadowPaging = true;
        Assert.True(shadow.LayoutKnown);

        var config = Config(intel: null);
        config.SeeSpte(WriteBack | 5, isLeaf: true);
        config.SeeSpte(Present | WriteBack | 5, isLeaf: false);
        Assert.False(config.LayoutKnown);
        config.SeeSpte(Present | WriteBack | 5, isLeaf: true);
        config.SeeSpte(Present | Caching | 5, isLeaf: true);
        Assert.Equal((true, MmuKind.Ept), (config.LayoutKnown, config.Kind));
    }
}
