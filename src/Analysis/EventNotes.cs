using KvmTraceLab.Analysis.Exits;
using KvmTraceLab.Mmu.Bits;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis;

/// <summary>A few words on an event whose numbers hide what matters: which bits a control register was written with.</summary>
public static class EventNotes
{
    private static readonly int CrRw = KnownKinds.Slot("kvm_cr", "rw");
    private static readonly int CrNumber = KnownKinds.Slot("kvm_cr", "cr");
    private static readonly int CrValue = KnownKinds.Slot("kvm_cr", "val");
    private static readonly int MsrNumber = KnownKinds.Slot("kvm_msr", "ecx");

    private static readonly int PioPort = KnownKinds.Slot("kvm_pio", "port");

    /// <summary>The note, or null where the event speaks for itself.</summary>
    public static string? Of(SavedEvent e)
    {
        if (!e.HasFields) return null;
        switch (e.Name)
        {
            case "kvm_cr" when e[CrNumber] == 4:
                var cr4 = e[CrValue];
                var written = e[CrRw] != 0 ? "written" : "read";
                var cet = (cr4 >> 23 & 1) != 0 ? "CR4.CET=1" : "CR4.CET=0";
                return $"{written} with {cet}: {new Cr4(cr4).Describe().Names}";
            case "kvm_msr":
                return ResourceNames.Of(TripDetail.Msr, e[MsrNumber]);
            case "kvm_pio":
                return ResourceNames.Of(TripDetail.Port, e[PioPort]);
            default:
                return null;
        }
    }
}
