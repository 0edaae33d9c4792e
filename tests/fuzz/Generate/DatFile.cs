using System.Buffers.Binary;

namespace KvmTraceLab.Fuzz.Generate;

/// <summary>
/// The workload as an unpacked trace.dat; vCPU n runs on CPU n.
/// </summary>
internal static class DatFile
{
    public static void Write(Stream to, int vcpus, long events) =>
        DatFrame.Write(to, vcpus, Enumerable.Range(0, vcpus).Select(i => (16105 + i, $"CPU {i}/KVM")), i => Pages(to, new PioLane(i, ReportText.Share(events, vcpus, i))));

    private static void Pages(Stream to, PioLane lane)
    {
        var pages = new DatPages(to.Write);
        Span<byte> record = stackalloc byte[64];
        while (lane.MoveNext())
        {
            record.Clear();
            pages.Add(lane.Current.TimeNs, record[..Record(record, lane)]);
        }

        pages.Flush();
    }

    /// <summary>The record as the formats lay it out; returns its length, as the kernel pads it.</summary>
    private static int Record(Span<byte> to, PioLane lane)
    {
        var e = lane.Current;
        BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)e.Kind);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], lane.Tid);
        switch (e.Kind)
        {
            case PioKind.Exit:
                U32(to[8..], e.A);
                U64(to[16..], PioLane.Rip);
                U32(to[24..], 1);
                U64(to[32..], e.B);
                U32(to[48..], e.A == PioLane.ExternalInterrupt ? 0x800000ecu : 0);
                U32(to[56..], (ulong)lane.Vcpu);
                return 64;
            case PioKind.Entry:
                U32(to[8..], (ulong)lane.Vcpu);
                U64(to[16..], e.A);
                return 32;
            case PioKind.Pio:
                U32(to[12..], 0x608);
                U32(to[16..], 4);
                U32(to[20..], 1);
                U32(to[24..], e.A);
                return 28;
            case PioKind.Cr:
                U32(to[8..], 1);
                U32(to[12..], 4);
                U64(to[16..], e.A);
                return 24;
            case PioKind.Fpu:
                U32(to[8..], e.A);
                return 12;
            default:
                U32(to[8..], e.A);
                return 16;
        }
    }

    private static void U32(Span<byte> to, ulong value) => BinaryPrimitives.WriteUInt32LittleEndian(to, (uint)value);

    private static void U64(Span<byte> to, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(to, value);
}
