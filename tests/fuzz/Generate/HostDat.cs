using System.Buffers.Binary;

namespace KvmTraceLab.Fuzz.Generate;

/// <summary>A generated host as an unpacked trace.dat.</summary>
internal static class HostDat
{
    public static void Write(Stream to, HostPlan plan)
    {
        // Pages as they come; CPU by CPU they go into the file.
        using var pages = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        var at = Enumerable.Range(0, plan.Cpus).Select(_ => new List<long>()).ToArray();
        var cpus = Array.ConvertAll(at, own => new DatPages(page =>
        {
            own.Add(pages.Position);
            pages.Write(page);
        }));
        Span<byte> record = stackalloc byte[64];
        foreach (var e in HostWorkload.Of(plan))
        {
            if (e.Kind == HostKind.Lost)
            {
                cpus[e.Cpu].Lose(e.A);
                continue;
            }

            record.Clear();
            cpus[e.Cpu].Add(e.TimeNs, record[..Record(record, e)]);
        }

        foreach (var cpu in cpus) cpu.Flush();
        var tasks = from vm in Enumerable.Range(0, plan.Vms) from vcpu in Enumerable.Range(0, plan.VcpusEach) select (plan.TidOf(vm, vcpu), $"CPU {vcpu}/KVM");
        var page = new byte[DatPages.Size];
        DatFrame.Write(to, plan.Cpus, tasks, cpu =>
        {
            foreach (var offset in at[cpu])
            {
                pages.Position = offset;
                pages.ReadExactly(page);
                to.Write(page);
            }
        });
    }

    /// <summary>The record as the formats lay it out; returns its length, as the kernel pads it.</summary>
    private static int Record(Span<byte> to, in HostEvent e)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)e.Kind);
        U32(to[4..], (ulong)e.Tid);
        switch (e.Kind)
        {
            case HostKind.Exit:
                U32(to[8..], e.A);
                U64(to[16..], e.B);
                U32(to[24..], 1);
                U64(to[32..], e.C);
                U32(to[56..], (ulong)e.Vcpu);
                return 64;
            case HostKind.Entry:
                U32(to[8..], (ulong)e.Vcpu);
                U64(to[16..], e.A);
                return 32;
            case HostKind.Pio:
                U32(to[12..], e.A);
                U32(to[16..], 4);
                U32(to[20..], 1);
                U32(to[24..], e.B);
                return 28;
            case HostKind.Msr:
                U32(to[8..], e.A);
                U32(to[12..], e.B);
                U64(to[16..], e.C);
                return 32;
            case HostKind.PageFault:
                U32(to[8..], (ulong)e.Vcpu);
                U64(to[16..], e.A);
                U64(to[24..], e.B);
                U64(to[32..], e.C);
                return 40;
            case HostKind.SpteChanged:
                U64(to[8..], e.A);
                U64(to[16..], e.B);
                U64(to[24..], e.C);
                to[32] = 1;
                return 36;
            default:
                U32(to[8..], e.A);
                to[48] = 1;
                return 52;
        }
    }

    private static void U32(Span<byte> to, ulong value) => BinaryPrimitives.WriteUInt32LittleEndian(to, (uint)value);

    private static void U64(Span<byte> to, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(to, value);
}
