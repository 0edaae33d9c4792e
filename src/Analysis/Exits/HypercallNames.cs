namespace KvmTraceLab.Analysis.Exits;

/// <summary>Hypercalls by the interface that numbers them.</summary>
internal static class HypercallNames
{
    // include/hyperv/hvgdk_mini.h, hvhdk.h
    private static readonly Dictionary<ulong, string> HyperVCalls = new()
    {
        [0x2] = "HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE", [0x3] = "HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST", [0x8] = "HVCALL_NOTIFY_LONG_SPIN_WAIT", [0xb] = "HVCALL_SEND_IPI",
        [0xc] = "HVCALL_MODIFY_VTL_PROTECTION_MASK", [0xd] = "HVCALL_ENABLE_PARTITION_VTL", [0xf] = "HVCALL_ENABLE_VP_VTL", [0x11] = "HVCALL_VTL_CALL", [0x12] = "HVCALL_VTL_RETURN",
        [0x13] = "HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX", [0x14] = "HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX", [0x15] = "HVCALL_SEND_IPI_EX", [0x46] = "HVCALL_GET_PARTITION_ID",
        [0x48] = "HVCALL_DEPOSIT_MEMORY", [0x4b] = "HVCALL_MAP_GPA_PAGES", [0x4e] = "HVCALL_CREATE_VP", [0x50] = "HVCALL_GET_VP_REGISTERS", [0x51] = "HVCALL_SET_VP_REGISTERS",
        [0x52] = "HVCALL_TRANSLATE_VIRTUAL_ADDRESS", [0x5c] = "HVCALL_POST_MESSAGE", [0x5d] = "HVCALL_SIGNAL_EVENT", [0x69] = "HVCALL_POST_DEBUG_DATA",
        [0x6a] = "HVCALL_RETRIEVE_DEBUG_DATA", [0x6b] = "HVCALL_RESET_DEBUG_SESSION", [0x76] = "HVCALL_ADD_LOGICAL_PROCESSOR", [0x7c] = "HVCALL_MAP_DEVICE_INTERRUPT",
        [0x7d] = "HVCALL_UNMAP_DEVICE_INTERRUPT", [0x7e] = "HVCALL_RETARGET_INTERRUPT", [0x8b] = "HVCALL_NOTIFY_PORT_RING_EMPTY", [0x99] = "HVCALL_START_VP",
        [0x9a] = "HVCALL_GET_VP_INDEX_FROM_APIC_ID", [0xaf] = "HVCALL_FLUSH_GUEST_PHYSICAL_ADDRESS_SPACE", [0xb0] = "HVCALL_FLUSH_GUEST_PHYSICAL_ADDRESS_LIST",
        [0xdb] = "HVCALL_MODIFY_SPARSE_GPA_PAGE_HOST_VISIBILITY",
    };

    // include/uapi/linux/kvm_para.h
    private static readonly Dictionary<ulong, string> KvmCalls = new()
    {
        [1] = "KVM_HC_VAPIC_POLL_IRQ", [5] = "KVM_HC_KICK_CPU", [9] = "KVM_HC_CLOCK_PAIRING", [10] = "KVM_HC_SEND_IPI", [11] = "KVM_HC_SCHED_YIELD", [12] = "KVM_HC_MAP_GPA_RANGE",
    };

    /// <summary>The name, or null. Beside the code, Hyper-V's input value holds flags and counts.</summary>
    public static string? Of(ulong number, bool isHyperV) => (isHyperV ? HyperVCalls : KvmCalls).GetValueOrDefault(number);
}
