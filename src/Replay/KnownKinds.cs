using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay;

/// <summary>Numbers of the events that the replay itself reads, and slots of their fields; the same in every trace.</summary>
public sealed class KnownKinds
{
    private const int Absent = -1;

    private readonly TripEvent[] _roles;

    public KnownKinds()
    {
        _roles = new TripEvent[KvmEvents.All.Count + 2];
        foreach (var (kind, role) in new[]
        {
            (Exit, TripEvent.Exit), (Entry, TripEvent.Entry), (Pio, TripEvent.Pio), (Msr, TripEvent.Msr), (Cr, TripEvent.Cr), (Cpuid, TripEvent.Cpuid),
            (PageFault, TripEvent.PageFault), (Mmio, TripEvent.Mmio), (FastMmio, TripEvent.FastMmio), (Hypercall, TripEvent.Hypercall),
            (HvHypercall, TripEvent.HvHypercall), (UserspaceExit, TripEvent.UserspaceExit), (Wakeup, TripEvent.Wakeup), (NestedExit, TripEvent.NestedExit),
            (NestedInject, TripEvent.NestedInject), (NestedEnter, TripEvent.NestedEnter), (NestedRun, TripEvent.NestedEnter),
        })
            _roles[kind] = role;
    }

    public int Entry { get; } = Kind("kvm_entry");

    public int Exit { get; } = Kind("kvm_exit");

    public int Pio { get; } = Kind("kvm_pio");

    public int Msr { get; } = Kind("kvm_msr");

    public int Cr { get; } = Kind("kvm_cr");

    public int Cpuid { get; } = Kind("kvm_cpuid");

    public int Mmio { get; } = Kind("kvm_mmio");

    public int FastMmio { get; } = Kind("kvm_fast_mmio");

    public int PageFault { get; } = Kind("kvm_page_fault");

    public int Hypercall { get; } = Kind("kvm_hypercall");

    public int HvHypercall { get; } = Kind("kvm_hv_hypercall");

    public int UserspaceExit { get; } = Kind("kvm_userspace_exit");

    public int Wakeup { get; } = Kind("kvm_vcpu_wakeup");

    public int NestedExit { get; } = Kind("kvm_nested_vmexit");

    public int NestedInject { get; } = Kind("kvm_nested_vmexit_inject");

    public int NestedEnter { get; } = Kind("kvm_nested_vmenter");

    public int NestedRun { get; } = Kind("kvm_nested_vmrun");

    /// <summary>What an event of this kind tells of a trip.</summary>
    internal TripEvent RoleOf(int kind) => (uint)kind < (uint)_roles.Length ? _roles[kind] : TripEvent.None;

    /// <summary>The number of an event by name; -1 where this build has no shape for it.</summary>
    public static int Kind(string name) => KvmEvents.All.FirstOrDefault(s => s.Name == name) is { } shape ? EventCatalog.KindOf(shape) : Absent;

    /// <summary>The slot of a field by its kernel name; -1 where the shape lacks it.</summary>
    public static int Slot(string eventName, string field) =>
        KvmEvents.All.FirstOrDefault(s => s.Name == eventName) is { } shape && shape.TrySlotOf(field, out var slot) ? slot : Absent;
}
