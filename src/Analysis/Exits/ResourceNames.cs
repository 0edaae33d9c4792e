using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>What ports, MSRs, pages and CPUID leaves are well known for; pages: the PC's APICs, HPET and TPM.</summary>
public static class ResourceNames
{
    /// <summary>A short name, or null.</summary>
    public static string? Of(TripDetail detail, ulong value) => detail switch
    {
        TripDetail.Port => PortNames.Of(value),
        TripDetail.Msr => MsrNames.Of(value),
        TripDetail.Cr => $"CR{value}",
        TripDetail.Gpa => value switch
        {
            0xfee00000 => "local APIC",
            0xfec00000 => "I/O APIC",
            0xfed1f000 => "RCBA (ICH9)",
            0xfed00000 => "HPET",
            0xfed40000 => "TPM",
            >= 0xa0000 and < 0xc0000 => "VGA window",
            _ => null,
        },
        TripDetail.CpuidLeaf => value switch
        {
            0 => "vendor",
            1 => "features",
            7 => "extended features",
            0xa => "performance monitoring",
            0xb => "topology",
            0xd => "XSAVE",
            0x15 => "TSC frequency",
            0x16 => "processor frequency",
            0x1f => "topology (extended)",
            0x40000000 => "hypervisor vendor",
            0x40000001 => "hypervisor interface",
            0x40000002 => "Hyper-V version",
            0x40000003 => "Hyper-V features",
            0x40000004 => "Hyper-V recommendations",
            0x40000005 => "Hyper-V limits",
            0x40000006 => "Hyper-V hardware features",
            0x4000000a => "Hyper-V nested features",
            0x80000000 => "extended vendor",
            0x80000001 => "extended features (AMD)",
            0x80000007 => "power management",
            0x80000008 => "address sizes",
            0x8000000a => "SVM features",
            0x8000001f => "SEV",
            _ => null,
        },
        _ => null,
    };
}
