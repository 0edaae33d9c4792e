namespace KvmTraceLab.Fuzz.Generate;

/// <summary>The events of the generated workload; the numbers are the IDs in the formats of <c>linux-6.1-head.gz</c>.</summary>
internal enum PioKind
{
    Fpu = 1405,
    UserspaceExit = 1413,
    Exit = 1473,
    Pio = 1477,
    Cr = 1468,
    Entry = 1482,
}

/// <summary>One generated event: time in nanoseconds, and two values whose meaning the kind gives.</summary>
internal readonly record struct PioEvent(long TimeNs, PioKind Kind, ulong A, ulong B);
