namespace KvmTraceLab.Fuzz.Generate;

/// <summary>One event of a generated host: where, who, when, and values whose meaning the kind gives.</summary>
internal readonly record struct HostEvent(long TimeNs, int Cpu, int Tid, int Vcpu, HostKind Kind, ulong A, ulong B, ulong C);

/// <summary>The numbers are the IDs in the formats of <c>linux-6.1-head.gz</c>; lost events are none of them.</summary>
internal enum HostKind
{
    Lost = 0,
    Msr = 1469,
    PageFault = 1470,
    Exit = 1473,
    Cpuid = 1475,
    Pio = 1477,
    Entry = 1482,
    SpteChanged = 1484,
}
