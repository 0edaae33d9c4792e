using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace KvmTraceLab.Fuzz.Generate;

/// <summary>
/// The workload as an unpacked trace.dat, version 6: header and formats are those of a recording on Linux 6.1 (kept
/// packed beside this file), tasks, options and ring-buffer pages are written here; vCPU n runs on CPU n.
/// </summary>
internal static class DatFile
{
    private const int PageSize = 4096;
    private const int Header = 16;

    public static void Write(Stream to, int vcpus, long events)
    {
        using var head = new MemoryStream();
        using (var packed = new GZipStream(Assembly.GetExecutingAssembly().GetManifestResourceStream("linux-6.1-head.gz")!, CompressionMode.Decompress))
            packed.CopyTo(head);
        var tasks = string.Concat(Enumerable.Range(0, vcpus).Select(i => $"{16105 + i} CPU {i}/KVM\n"));
        head.Write(Number((ulong)tasks.Length, 8));
        head.Write(Encoding.ASCII.GetBytes(tasks));
        head.Write(Number((ulong)vcpus, 4));
        head.Write("options  \0"u8);
        Option(head, 4, "[local] global counter uptime perf mono mono_raw boot tai x86-tsc\n\0");
        Option(head, 5, "Linux generated 6.1.0-generated x86_64\0");
        head.Write(Number(0, 2));
        head.Write("flyrecord\0"u8);
        var table = head.Length;
        head.Write(new byte[16 * vcpus]);
        head.Write(Number(7, 8));
        head.Write("[local]"u8);
        head.Write(new byte[(int)((PageSize - (head.Length % PageSize)) % PageSize)]);
        to.Write(head.GetBuffer().AsSpan(0, (int)head.Length));
        var sizes = new (long At, long Size)[vcpus];
        for (var i = 0; i < vcpus; i++)
        {
            var at = to.Position;
            Pages(to, new PioLane(i, ReportText.Share(events, vcpus, i)));
            sizes[i] = (at, to.Position - at);
        }

        to.Position = table;
        foreach (var (at, size) in sizes)
        {
            to.Write(Number((ulong)at, 8));
            to.Write(Number((ulong)size, 8));
        }
    }

    private static void Pages(Stream to, PioLane lane)
    {
        var page = new byte[PageSize];
        var used = 0;
        var last = 0L;
        Span<byte> record = stackalloc byte[64];
        while (lane.MoveNext())
        {
            record.Clear();
            var length = Record(record, lane);
            if (used > 0 && used + 4 + length > PageSize - Header)
            {
                Flush(to, page, used);
                used = 0;
            }

            if (used == 0)
            {
                last = lane.Current.TimeNs;
                BinaryPrimitives.WriteInt64LittleEndian(page, last);
            }

            var delta = (uint)(lane.Current.TimeNs - last);
            last = lane.Current.TimeNs;
            BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(Header + used), (delta << 5) | (uint)(length / 4));
            record[..length].CopyTo(page.AsSpan(Header + used + 4));
            used += 4 + length;
        }

        if (used > 0) Flush(to, page, used);
    }

    private static void Flush(Stream to, byte[] page, int used)
    {
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(8), used);
        page.AsSpan(Header + used).Clear();
        to.Write(page);
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

    private static void Option(Stream to, int id, string text)
    {
        to.Write(Number((ulong)id, 2));
        to.Write(Number((ulong)text.Length, 4));
        to.Write(Encoding.ASCII.GetBytes(text));
    }

    private static byte[] Number(ulong value, int size)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes[..size];
    }
}
