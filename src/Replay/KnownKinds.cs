using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay;

/// <summary>Numbers of the events that several watchers read, and slots of their fields; the same in every trace.</summary>
public sealed class KnownKinds
{
    private const int Absent = -1;

    private static readonly TripEvent[] Roles = RolesByKind();

    public int Pio { get; } = Kind("kvm_pio");

    public int Msr { get; } = Kind("kvm_msr");

    public int Cr { get; } = Kind("kvm_cr");

    public int Cpuid { get; } = Kind("kvm_cpuid");

    public int PageFault { get; } = Kind("kvm_page_fault");

    /// <summary>The number of an event by name; -1 where this build has no shape for it.</summary>
    public static int Kind(string name) => KvmEvents.All.FirstOrDefault(s => s.Name == name) is { } shape ? EventCatalog.KindOf(shape) : Absent;

    /// <summary>The slot of a field by its kernel name; -1 where the shape lacks it.</summary>
    public static int Slot(string eventName, string field) =>
        KvmEvents.All.FirstOrDefault(s => s.Name == eventName) is { } shape && shape.TrySlotOf(field, out var slot) ? slot : Absent;

    /// <summary>A vCPU leaves the guest; its fields are read as <c>kvm_exit</c>'s. Each architecture has its own event.</summary>
    public static bool IsExit(int kind) => RoleOf(kind) == TripEvent.Exit;

    /// <summary>A vCPU enters the guest; its fields are read as <c>kvm_entry</c>'s.</summary>
    public static bool IsEntry(int kind) => RoleOf(kind) == TripEvent.Entry;

    /// <summary>What an event of this kind tells of a trip.</summary>
    internal static TripEvent RoleOf(int kind) => (uint)kind < (uint)Roles.Length ? Roles[kind] : TripEvent.None;

    private static TripEvent[] RolesByKind()
    {
        var roles = new TripEvent[KvmEvents.All.Count + 2];
        foreach (var shape in KvmEvents.All)
        {
            roles[EventCatalog.KindOf(shape)] = shape.Name switch
            {
                "kvm_exit" or "kvm_guest_exit" or "kvm_s390_sie_exit" => TripEvent.Exit,
                "kvm_entry" or "kvm_enter" or "kvm_reenter" or "kvm_guest_enter" or "kvm_book3s_reenter" or "kvm_s390_sie_enter" => TripEvent.Entry,
                "kvm_exit_idle" => TripEvent.Idle,
                "kvm_pio" => TripEvent.Pio,
                "kvm_msr" => TripEvent.Msr,
                "kvm_cr" => TripEvent.Cr,
                "kvm_cpuid" => TripEvent.Cpuid,
                "kvm_page_fault" => TripEvent.PageFault,
                "kvm_mmio" => TripEvent.Mmio,
                "kvm_fast_mmio" => TripEvent.FastMmio,
                "kvm_hypercall" => TripEvent.Hypercall,
                "kvm_hv_hypercall" => TripEvent.HvHypercall,
                "kvm_userspace_exit" => TripEvent.UserspaceExit,
                "kvm_vcpu_wakeup" => TripEvent.Wakeup,
                "kvm_nested_vmexit" => TripEvent.NestedExit,
                "kvm_nested_vmexit_inject" => TripEvent.NestedInject,
                "kvm_nested_vmenter" or "kvm_nested_vmrun" => TripEvent.NestedEnter,
                _ => TripEvent.None,
            };
        }

        return roles;
    }
}
