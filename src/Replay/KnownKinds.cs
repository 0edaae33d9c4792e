using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay;

/// <summary>Numbers of the events that several watchers read, and slots of their fields; the same in every trace.</summary>
public sealed class KnownKinds
{
    private const int Absent = -1;

    private static readonly TripEvent[] Roles = RolesByKind();

    public int Entry { get; } = Kind("kvm_entry");

    public int Exit { get; } = Kind("kvm_exit");

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

    /// <summary>What an event of this kind tells of a trip.</summary>
    internal static TripEvent RoleOf(int kind) => (uint)kind < (uint)Roles.Length ? Roles[kind] : TripEvent.None;

    private static TripEvent[] RolesByKind()
    {
        var roles = new TripEvent[KvmEvents.All.Count + 2];
        foreach (var shape in KvmEvents.All)
        {
            roles[EventCatalog.KindOf(shape)] = shape.Name switch
            {
                "kvm_exit" => TripEvent.Exit,
                "kvm_entry" or "kvm_enter" or "kvm_reenter" => TripEvent.Entry,
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
