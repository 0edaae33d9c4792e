using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Replay;

/// <summary>Reads what the events of a trip say about its exit.</summary>
internal static class TripReader
{
    private static readonly int MsrWrite = KnownKinds.Slot("kvm_msr", "write");
    private static readonly int MsrNumber = KnownKinds.Slot("kvm_msr", "ecx");
    private static readonly int CrWrite = KnownKinds.Slot("kvm_cr", "rw");
    private static readonly int CrNumber = KnownKinds.Slot("kvm_cr", "cr");
    private static readonly int CpuidLeaf = KnownKinds.Slot("kvm_cpuid", "function");
    private static readonly int MmioType = KnownKinds.Slot("kvm_mmio", "type");
    private static readonly int MmioLength = KnownKinds.Slot("kvm_mmio", "len");
    private static readonly int MmioGpa = KnownKinds.Slot("kvm_mmio", "gpa");
    private static readonly int FastMmioGpa = KnownKinds.Slot("kvm_fast_mmio", "gpa");
    private static readonly int FaultAddress = KnownKinds.Slot("kvm_page_fault", "fault_address");
    private static readonly int HypercallNumber = KnownKinds.Slot("kvm_hypercall", "nr");
    private static readonly int HvHypercallCode = KnownKinds.Slot("kvm_hv_hypercall", "code");
    private static readonly int UserspaceReason = KnownKinds.Slot("kvm_userspace_exit", "reason");
    private static readonly int WakeupNs = KnownKinds.Slot("kvm_vcpu_wakeup", "ns");

    /// <summary>What the exit's own words tell: port of an I/O instruction, address of a nested page fault, APIC page.</summary>
    public static void ReadExit(HostTrip trip, in KvmExit exit)
    {
        if (!exit.HasInfo) return;
        switch (trip.Isa, trip.Reason)
        {
            case (Isa.Vmx, VmxExitReason.IoInstruction):
                Set(trip, TripDetail.Port, (ushort)(exit.Info1 >> 16), (exit.Info1 & 8) == 0, (int)(exit.Info1 & 7) + 1);
                break;
            case (Isa.Svm, SvmExitCode.Ioio):
                Set(trip, TripDetail.Port, (ushort)(exit.Info1 >> 16), (exit.Info1 & 1) == 0, (int)(exit.Info1 >> 4 & 7));
                break;
            case (Isa.Vmx, VmxExitReason.CrAccess):
                Set(trip, TripDetail.Cr, exit.Info1 & 15, (exit.Info1 >> 4 & 3) != 1, 0);
                break;
            case (Isa.Svm, SvmExitCode.Npf):
                Set(trip, TripDetail.Gpa, exit.Info2, (exit.Info1 & 2) != 0, 0);
                break;
        }
    }

    public static void Read(VcpuLane lane, in EventRow row, TripEvent role)
    {
        var trip = lane.Trip;
        if (role == TripEvent.None || !row.HasFields) return;
        switch (role)
        {
            case TripEvent.Pio: Set(trip, TripDetail.Port, (ushort)row[1], row[0] != 0, (int)row[2]); break;
            case TripEvent.Msr: Set(trip, TripDetail.Msr, row[MsrNumber], row[MsrWrite] != 0, 0); break;
            case TripEvent.Cr: Set(trip, TripDetail.Cr, row[CrNumber], row[CrWrite] != 0, 0); break;
            case TripEvent.Cpuid: Set(trip, TripDetail.CpuidLeaf, row[CpuidLeaf], false, 0); break;
            case TripEvent.PageFault: Fault(trip, row); break;
            case TripEvent.Mmio when trip.Detail is TripDetail.None or TripDetail.Gpa: Mmio(trip, row); break;
            case TripEvent.FastMmio when trip.Detail == TripDetail.None: Set(trip, TripDetail.Gpa, row[FastMmioGpa], true, 0); break;
            case TripEvent.Hypercall: Set(trip, TripDetail.Hypercall, row[HypercallNumber], false, 0); break;
            case TripEvent.HvHypercall: Set(trip, TripDetail.Hypercall, row[HvHypercallCode], false, 0); break;
            case TripEvent.UserspaceExit: trip.UserspaceReason = (int)row[UserspaceReason]; break;
            case TripEvent.Wakeup: trip.BlockedNs += (long)Math.Min(row[WakeupNs], long.MaxValue / 4); break;
            case TripEvent.Idle: trip.IsIdle = true; break;
            case >= TripEvent.NestedExit: ReadNested(lane, role); break;
        }
    }

    /// <summary>
    /// Levels: kvm_nested_vmexit follows every exit from L2; an injection gives L1 the exit, so the next exit is L1's; a
    /// nested entry makes the next one L2's.
    /// </summary>
    public static void ReadNested(VcpuLane lane, TripEvent role)
    {
        if (!lane.HasNested)
        {
            lane.HasNested = true;
            lane.Level = GuestLevel.L1;
            if (lane.Trip.Level == GuestLevel.Unknown) lane.Trip.Level = GuestLevel.L1;
        }

        if (role == TripEvent.NestedExit)
        {
            lane.Level = GuestLevel.L2;
            lane.SeesNestedExits = true;
            if (lane.InHost) lane.Trip.Level = GuestLevel.L2;
        }
        else if (role == TripEvent.NestedInject)
        {
            lane.Level = GuestLevel.L1;
            if (lane.InHost && lane.Trip.Level == GuestLevel.L2) lane.Trip.Reflected = true;
        }
        else
        {
            lane.Level = GuestLevel.L2;
        }
    }

    private static void Fault(HostTrip trip, in EventRow row)
    {
        // Under shadow paging the address is a guest virtual one; it is still what the exit was about.
        if (trip.Detail is TripDetail.None or TripDetail.Gpa && ExitClass.IsNestedFault(trip.Isa, trip.Reason))
            Set(trip, TripDetail.Gpa, row[FaultAddress], trip.DetailIsWrite, 0);
    }

    private static void Mmio(HostTrip trip, in EventRow row) =>
        Set(trip, TripDetail.Gpa, row[MmioGpa], row[MmioType] == 2, (int)row[MmioLength]);

    private static void Set(HostTrip trip, TripDetail detail, ulong value, bool write, int size)
    {
        trip.Detail = detail;
        trip.DetailValue = value;
        trip.DetailIsWrite = write;
        trip.DetailSize = size;
    }
}
