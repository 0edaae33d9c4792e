using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>
/// Well-known ports, MSRs, pages and leaves. Ports: the PC's fixed assignments and QEMU's ACPI block at 0x600; MSRs: Intel
/// SDM vol. 4, AMD APM vol. 2, Hyper-V TLFS, KVM's own; pages: the PC's APICs and HPET.
/// </summary>
public static class ResourceNames
{
    private static readonly Dictionary<ulong, string> Ports = new()
    {
        [0x20] = "PIC master", [0x21] = "PIC master mask", [0xa0] = "PIC slave", [0xa1] = "PIC slave mask", [0x40] = "PIT channel 0", [0x42] = "PIT channel 2",
        [0x43] = "PIT command", [0x60] = "keyboard data", [0x61] = "PIT gate and speaker", [0x64] = "keyboard status", [0x70] = "CMOS index",
        [0x71] = "CMOS data", [0x80] = "POST code", [0x92] = "A20 gate", [0xb2] = "APM control (SMI)", [0xcf8] = "PCI configuration address",
        [0xcfc] = "PCI configuration data", [0xcf9] = "reset control", [0x3f8] = "COM1", [0x3fd] = "COM1 line status", [0x2f8] = "COM2",
        [0x402] = "firmware debug console", [0xe9] = "Bochs debug console", [0x510] = "QEMU fw_cfg selector", [0x511] = "QEMU fw_cfg data",
        [0x600] = "ACPI PM1a event", [0x604] = "ACPI PM1a control", [0x608] = "ACPI PM timer", [0xb008] = "ACPI PM timer (PIIX4)", [0x1f7] = "IDE status",
        [0x5658] = "VMware back door", [0x5659] = "VMware back door (high bandwidth)",
    };

    private static readonly Dictionary<ulong, string> Msrs = new()
    {
        [0x10] = "IA32_TSC", [0x1b] = "IA32_APIC_BASE", [0x3a] = "IA32_FEAT_CTL", [0x3b] = "IA32_TSC_ADJUST", [0x48] = "IA32_SPEC_CTRL",
        [0x49] = "IA32_PRED_CMD", [0x6e0] = "IA32_TSC_DEADLINE", [0x6a0] = "IA32_U_CET", [0x6a2] = "IA32_S_CET", [0x174] = "IA32_SYSENTER_CS",
        [0x175] = "IA32_SYSENTER_ESP", [0x176] = "IA32_SYSENTER_EIP", [0x17a] = "IA32_MCG_STATUS", [0x186] = "IA32_PERFEVTSEL0", [0x199] = "IA32_PERF_CTL",
        [0x1a0] = "IA32_MISC_ENABLE", [0x1d9] = "IA32_DEBUGCTL", [0x277] = "IA32_PAT", [0x38d] = "IA32_FIXED_CTR_CTRL", [0x38f] = "IA32_PERF_GLOBAL_CTRL",
        [0x390] = "IA32_PERF_GLOBAL_OVF_CTRL", [0x3f1] = "IA32_PEBS_ENABLE", [0x480] = "IA32_VMX_BASIC", [0x48b] = "IA32_VMX_PROCBASED_CTLS2",
        [0x48c] = "IA32_VMX_EPT_VPID_CAP", [0x481] = "IA32_VMX_PINBASED_CTLS", [0x482] = "IA32_VMX_PROCBASED_CTLS", [0x483] = "IA32_VMX_EXIT_CTLS",
        [0x484] = "IA32_VMX_ENTRY_CTLS", [0x485] = "IA32_VMX_MISC", [0x486] = "IA32_VMX_CR0_FIXED0", [0x487] = "IA32_VMX_CR0_FIXED1",
        [0x488] = "IA32_VMX_CR4_FIXED0", [0x489] = "IA32_VMX_CR4_FIXED1", [0x48d] = "IA32_VMX_TRUE_PINBASED_CTLS", [0x48e] = "IA32_VMX_TRUE_PROCBASED_CTLS",
        [0x48f] = "IA32_VMX_TRUE_EXIT_CTLS", [0x490] = "IA32_VMX_TRUE_ENTRY_CTLS", [0x491] = "IA32_VMX_VMFUNC", [0x802] = "x2APIC ID", [0x808] = "x2APIC TPR", [0x80b] = "x2APIC EOI", [0x830] = "x2APIC ICR",
        [0x838] = "x2APIC initial count", [0x839] = "x2APIC current count", [0xc0000080] = "EFER", [0xc0000081] = "STAR", [0xc0000082] = "LSTAR",
        [0xc0000084] = "SYSCALL_MASK", [0xc0000100] = "FS_BASE", [0xc0000101] = "GS_BASE", [0xc0000102] = "KERNEL_GS_BASE", [0xc0000103] = "TSC_AUX",
        [0xc0010015] = "HWCR", [0xc0010114] = "VM_CR", [0xc0010117] = "VM_HSAVE_PA", [0x40000000] = "HV_GUEST_OS_ID", [0x40000001] = "HV_HYPERCALL",
        [0x40000002] = "HV_VP_INDEX", [0x40000020] = "HV_TIME_REF_COUNT", [0x40000021] = "HV_REFERENCE_TSC", [0x40000070] = "HV_EOI",
        [0x40000071] = "HV_ICR", [0x40000072] = "HV_TPR", [0x40000073] = "HV_VP_ASSIST_PAGE", [0x40000080] = "HV_SCONTROL", [0x40000083] = "HV_SIMP",
        [0x40000084] = "HV_EOM", [0x400000b0] = "HV_STIMER0_CONFIG", [0x400000b1] = "HV_STIMER0_COUNT", [0x40000118] = "HV_TSC_INVARIANT_CONTROL",
        [0x4b564d00] = "KVM_WALL_CLOCK", [0x4b564d01] = "KVM_SYSTEM_TIME", [0x4b564d02] = "KVM_ASYNC_PF_EN", [0x4b564d04] = "KVM_PV_EOI_EN",
    };

    // include/hyperv/hvgdk_mini.h
    private static readonly Dictionary<ulong, string> HyperVCalls = new()
    {
        [0x2] = "HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE", [0x3] = "HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST", [0x8] = "HVCALL_NOTIFY_LONG_SPIN_WAIT",
        [0xb] = "HVCALL_SEND_IPI", [0x13] = "HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX", [0x14] = "HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX",
        [0x15] = "HVCALL_SEND_IPI_EX", [0x5c] = "HVCALL_POST_MESSAGE", [0x5d] = "HVCALL_SIGNAL_EVENT",
    };

    // include/uapi/linux/kvm_para.h
    private static readonly Dictionary<ulong, string> KvmCalls = new()
    {
        [1] = "KVM_HC_VAPIC_POLL_IRQ", [5] = "KVM_HC_KICK_CPU", [9] = "KVM_HC_CLOCK_PAIRING", [10] = "KVM_HC_SEND_IPI",
        [11] = "KVM_HC_SCHED_YIELD", [12] = "KVM_HC_MAP_GPA_RANGE",
    };

    /// <summary>A hypercall's name where the interface that numbers it is known, or null.</summary>
    public static string? OfHypercall(ulong number, bool isHyperV) => (isHyperV ? HyperVCalls : KvmCalls).GetValueOrDefault(number);

    /// <summary>A short name, or null.</summary>
    public static string? Of(TripDetail detail, ulong value) => detail switch
    {
        TripDetail.Port => Ports.GetValueOrDefault(value),
        TripDetail.Msr => Msrs.GetValueOrDefault(value),
        TripDetail.Cr => $"CR{value}",
        TripDetail.Gpa => value switch
        {
            0xfee00000 => "local APIC",
            0xfec00000 => "I/O APIC",
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
            0xd => "XSAVE",
            0x40000000 => "hypervisor vendor",
            0x40000001 => "hypervisor interface",
            0x40000003 => "Hyper-V features",
            0x40000004 => "Hyper-V recommendations",
            0x8000000a => "SVM features",
            _ => null,
        },
        _ => null,
    };
}
