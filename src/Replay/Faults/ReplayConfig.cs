using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// What the faults are judged by: vendor, kernel generation, MBEC, GMET, … Each from an option, from the sidecar, from what
/// the trace shows (the first evidence of each kind is kept), or assumed; the report says which.
/// </summary>
public sealed class ReplayConfig(ReplayOptions options, TraceInfo? info = null)
{
    private const ulong LegacyHostMmuWritable = 3UL << 57;

    private KvmKernel? _kernelSeen;
    private string _kernelEvidence = "";
    private bool _kernelCertain;
    private bool _roleSeen;
    private KvmKernel? _told;
    private string? _toldRelease;
    private bool _toldKept;
    private bool? _mbecSeen;
    private string _mbecEvidence = "";
    private bool? _gmetSeen;
    private string _gmetEvidence = "";
    private Isa _isaSeen;
    private MmuKind? _kindSeen;

    /// <summary>kvmmmu events were seen.</summary>
    public bool MmuEvents { get; internal set; }

    /// <summary>kvm_mmio was seen, or what is only recorded with all of system kvm: emulated MMIO shows.</summary>
    internal bool MmioEvents { get; set; }

    /// <summary>kvm_emulate_insn was seen, or what is only recorded with all of system kvm: emulation shows.</summary>
    internal bool EmulationEvents { get; set; }

    /// <summary>SPTEs being written were seen: then one that is not seen was not written.</summary>
    internal bool SpteWrites { get; set; }

    /// <summary>
    /// Threads that are no vCPUs were seen at work on mappings. Where there are none, the recording may have been restricted to
    /// vCPUs (<c>trace-cmd record -P</c>), and what the host takes away does not show.
    /// </summary>
    public bool OthersRecorded => OtherThreads > 0;

    internal int OtherThreads { get; set; }

    /// <summary>kvm_tdp_mmu_spte_changed was seen: this MMU traces its zaps and write protections.</summary>
    public bool TdpMmu { get; internal set; }

    /// <summary>Some qualification had bit 6: the processor reports it.</summary>
    public bool QualificationBit6 { get; internal set; }

    /// <summary>An access-tracked SPTE was seen: EPT A/D flags are off somewhere.</summary>
    public bool? EptAccessedDirty { get; internal set; }

    /// <summary>An execute-only EPT12 entry was accepted.</summary>
    public bool ExecOnlySeen { get; internal set; }

    /// <summary>Kernel release as the trace's header has it.</summary>
    public string? KernelRelease => info?.Kernel;

    public bool IsIntel => options.Intel ?? (_isaSeen == Isa.Vmx || (_isaSeen == Isa.Unknown && _kindSeen == MmuKind.Ept));

    public bool VendorKnown => options.Intel is not null || _isaSeen is Isa.Vmx or Isa.Svm;

    /// <summary>The generation is told by something; else <see cref="Kernel"/> is an assumption.</summary>
    public bool KernelKnown => Told is not null || _kernelSeen is not null;

    public KvmKernel Kernel => Told ?? _kernelSeen ?? KvmKernel.V61;

    /// <summary>What option, sidecar or the trace's header say; asked for every SPTE, so kept until the header changes.</summary>
    private KvmKernel? Told
    {
        get
        {
            var release = KernelRelease;
            if (_toldKept && ReferenceEquals(release, _toldRelease)) return _told;
            (_toldKept, _toldRelease) = (true, release);
            return _told = options.Kernel ?? FromRelease(Fact("kernel")) ?? FromRelease(release);
        }
    }

    /// <summary>MBEC in the VMCS that runs L1; null where nothing tells.</summary>
    public bool? Mbec => !IsIntel || Kernel.IsBefore72() ? false : options.Mbec ?? Flag(Fact("kvm_intel.mbec")) ?? _mbecSeen;

    /// <summary>GMET in the VMCB that runs L1; null where nothing tells.</summary>
    public bool? Gmet => IsIntel || Kernel.IsBefore72() ? false : options.Gmet ?? Flag(Fact("kvm_amd.gmet")) ?? _gmetSeen;

    /// <summary>Nested paging or shadow paging, by the faults seen.</summary>
    public bool ShadowPaging { get; internal set; }

    public MmuKind Kind => ShadowPaging ? MmuKind.Shadow : IsIntel ? MmuKind.Ept : MmuKind.Npt;

    public SpteLayout Layout => SpteLayout.For(Kernel, Kind);

    public ConfigValue VendorValue => options.Intel is { } intel ? new(intel ? "intel" : "amd", "option", "given")
        : _isaSeen is Isa.Vmx or Isa.Svm ? new(_isaSeen == Isa.Vmx ? "intel" : "amd", "trace", "exit reasons are of this vendor")
        : _isaSeen == Isa.Unknown ? new(null, "assumed", "no exit names a vendor")
        : _isaSeen switch
        {
            Isa.Arm64 => new("arm64", "trace", "exit reasons are of this vendor"),
            > Isa.Arm64 => new(null, "trace", $"exit reasons are of {NameOf(_isaSeen)}, whose faults are not judged"),
            _ => new(null, "trace", "exit reasons are of a vendor that this build does not know"),
        };

    private static string NameOf(Isa isa) => isa switch
    {
        Isa.Riscv => "RISC-V",
        Isa.S390 => "s390",
        Isa.Book3s or Isa.Booke => "PowerPC",
        Isa.Mips => "MIPS",
        _ => isa.ToString(),
    };

    public ConfigValue KernelValue
    {
        get
        {
            if (options.Kernel is { } given) return new(given.Spell(), "option", "given");
            if (FromRelease(Fact("kernel")) is { } side) return new(side.Spell(), "sidecar", $"kernel {Fact("kernel")}");
            if (FromRelease(KernelRelease) is { } release) return new(release.Spell(), "trace", $"the trace was recorded on {KernelRelease}");
            return _kernelSeen is { } seen ? new(seen.Spell(), "trace", _kernelEvidence) : new(Kernel.Spell(), "assumed", "nothing in the trace tells generations apart");
        }
    }

    public ConfigValue MbecValue => Feature(options.Mbec, Fact("kvm_intel.mbec"), _mbecSeen, _mbecEvidence, IsIntel, "MBEC is an Intel feature");

    public ConfigValue GmetValue => Feature(options.Gmet, Fact("kvm_amd.gmet"), _gmetSeen, _gmetEvidence, !IsIntel, "GMET is an AMD feature");

    public ConfigValue MmuEventsValue => new(MmuEvents, "trace", MmuEvents ? "kvmmmu events are in the trace" : "no event of system kvmmmu is in the trace");

    internal void SeeIsa(Isa isa)
    {
        if (_isaSeen == Isa.Unknown) _isaSeen = isa;
    }

    internal void SeeEptFault() => _kindSeen = MmuKind.Ept;

    /// <summary>Whose SPTEs these are is told by something: an exit, a fault, or the SPTEs themselves.</summary>
    internal bool LayoutKnown => VendorKnown || ShadowPaging || _kindSeen is not null;

    /// <summary>A present leaf SPTE: its software bits tell the generation (EPT), bit 63 of an empty one does too.</summary>
    internal void SeeSpte(ulong spte, bool isLeaf)
    {
        if (isLeaf && !LayoutKnown && (spte >> 11 & 1) != 0) _kindSeen = KindOf(spte);
        if (_kernelSeen == KvmKernel.V72 || ShadowPaging) return;
        if (spte == 1UL << 63)
        {
            _kernelSeen ??= KvmKernel.V71;
            if (_kernelEvidence.Length == 0) _kernelEvidence = "empty SPTEs have bit 63 (6.10 and later)";
            return;
        }

        if (!IsIntel || !isLeaf || _kernelCertain || (spte >> 11 & 1) == 0) return;
        var bit63 = spte >> 63 != 0;
        if (bit63 && (spte >> 53 & 5) != 0 && (spte & LegacyHostMmuWritable) == 0) Software(KvmKernel.V72, "software bits of SPTEs stand at 53 and 55");
        else if (bit63 && (spte & LegacyHostMmuWritable) != 0) Software(KvmKernel.V71, "software bits of SPTEs stand at 57 and 58, and bit 63 is set");
        else if (!bit63 && (spte & LegacyHostMmuWritable) != 0) Software(KvmKernel.V61, "software bits of SPTEs stand at 57 and 58, and bit 63 is clear");
    }

    /// <summary>Bits 5:3 are a memory type on EPT (6 is write-back); elsewhere A and the caching bits, which KVM leaves clear.</summary>
    private static MmuKind? KindOf(ulong spte) => (spte >> 3 & 7) switch
    {
        6 => MmuKind.Ept,
        4 => MmuKind.Npt,
        _ => null,
    };

    internal void SeeRequestedAccess() => Software(KvmKernel.V72, "MMU events have four access bits");

    /// <summary>Role bit 20 of a direct page of L1's: MBEC or GMET.</summary>
    internal void SeeDirectRole(uint role)
    {
        var on = (role >> 20 & 1) != 0;
        if (_roleSeen && (_mbecSeen == on)) return;
        // The vendor may not be known yet; the other vendor's feature is never asked for.
        _roleSeen = true;
        var evidence = $"role 0x{role:x} of a direct shadow page {(on ? "has" : "lacks")} bit 20";
        (_mbecSeen, _mbecEvidence) = (on, evidence);
        (_gmetSeen, _gmetEvidence) = (on, evidence);
    }

    /// <summary>Bits 6 and 11:9 of an injected qualification exist since 7.2.</summary>
    internal void SeeInjectedBits() => Software(KvmKernel.V72, "an injected qualification has bits that came with 7.2");

    internal void SeeMbec(string evidence)
    {
        if (_mbecSeen is null) (_mbecSeen, _mbecEvidence) = (true, evidence);
    }

    internal void SeeGmet(string evidence)
    {
        if (_gmetSeen is null) (_gmetSeen, _gmetEvidence) = (true, evidence);
    }

    private void Software(KvmKernel kernel, string evidence)
    {
        if (_kernelCertain && _kernelSeen == kernel) return;
        (_kernelSeen, _kernelEvidence, _kernelCertain) = (kernel, evidence, true);
    }

    public ConfigValue PagingValue => new(ShadowPaging ? "shadow" : TdpMmu ? "tdp" : "nested", MmuEvents || ShadowPaging ? "trace" : "assumed",
        ShadowPaging ? "#PF is intercepted" : TdpMmu ? "kvm_tdp_mmu_spte_changed is in the trace: the TDP MMU"
        : MmuEvents ? "nested page faults, and no event of the TDP MMU" : "no event tells; nested paging is the usual case");

    public ConfigValue EptAccessedDirtyValue => !IsIntel ? new(null, "assumed", "EPT only")
        : EptAccessedDirty is { } ad ? new(ad, "trace", "access-tracked SPTEs were written: L1 or KVM runs without EPT A/D flags") : new(true, "assumed", "no access-tracked SPTE was seen");

    public ConfigValue ExecOnlyValue => !IsIntel ? new(null, "assumed", "EPT only")
        : ExecOnlySeen ? new(true, "trace", "an execute-only EPT12 entry was accepted") : new(true, "assumed", "execute-only EPT entries count as supported");

    private string? Fact(string name) => options.HostFacts is { } facts && facts.TryGetValue(name, out var value) ? value : null;

    private static KvmKernel? FromRelease(string? release) => release is not null && KvmKernels.TryParse(release, out var kernel) ? kernel : null;

    private static bool? Flag(string? value) => value switch
    {
        "Y" or "y" or "1" or "on" or "true" => true,
        "N" or "n" or "0" or "off" or "false" => false,
        _ => null,
    };

    private ConfigValue Feature(bool? option, string? fact, bool? seen, string evidence, bool vendorHas, string otherVendor)
    {
        if (!vendorHas) return new(false, VendorKnown ? "trace" : "assumed", otherVendor);
        if (option is { } given) return new(given, "option", "given");
        if (KernelValue.From == "assumed" && seen is null) return new(null, "assumed", "the kernel generation is unknown");
        if (Kernel.IsBefore72()) return new(false, KernelValue.From, "kernels before 7.2 do not use it");
        if (Flag(fact) is { } side) return new(side, "sidecar", "module parameter");
        return seen is { } value ? new(value, "trace", evidence) : new(null, "assumed", "nothing in the trace tells; both are allowed for");
    }
}
