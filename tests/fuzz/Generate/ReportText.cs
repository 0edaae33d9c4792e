using System.Globalization;
using System.Text;

namespace KvmTraceLab.Fuzz.Generate;

/// <summary>The workload as `trace-cmd report` prints it with its kvm plugin, all lanes merged by time.</summary>
internal static class ReportText
{
    public static void Write(Stream to, int vcpus, long events)
    {
        using var writer = new StreamWriter(to, new UTF8Encoding(false), 1 << 16);
        writer.NewLine = "\n";
        writer.WriteLine($"cpus={vcpus}");
        var lanes = new PriorityQueue<PioLane, (long Time, int Cpu)>();
        for (var i = 0; i < vcpus; i++)
        {
            var lane = new PioLane(i, Share(events, vcpus, i));
            if (lane.MoveNext()) lanes.Enqueue(lane, (lane.Current.TimeNs, i));
        }

        while (lanes.TryPeek(out var lane, out _))
        {
            Line(writer, lane);
            if (lane.MoveNext()) lanes.DequeueEnqueue(lane, (lane.Current.TimeNs, lane.Vcpu));
            else lanes.Dequeue();
        }
    }

    public static long Share(long events, int vcpus, int lane) => (events / vcpus) + (lane < events % vcpus ? 1 : 0);

    private static void Line(StreamWriter writer, PioLane lane)
    {
        var e = lane.Current;
        // To the nearest microsecond, as trace-cmd does.
        var us = (e.TimeNs + 500) / 1000;
        writer.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{$"CPU {lane.Vcpu}/KVM",16}-{lane.Tid,-5} [{lane.Vcpu:d3}] {us / 1_000_000,5}.{us % 1_000_000:d6}: "));
        writer.WriteLine(e.Kind switch
        {
            PioKind.Exit => $"kvm_exit:             reason {Reason(e.A)} rip 0x{PioLane.Rip:x} info {e.B:x} 0",
            PioKind.Entry => $"kvm_entry:             vcpu {lane.Vcpu} rip 0x{e.A:x}",
            PioKind.Pio => $"kvm_pio:              pio_read at 0x608 size 4 count 1 val 0x{e.A:x} ",
            PioKind.Fpu => $"kvm_fpu:              {(e.A == 1 ? "load" : "unload")}",
            PioKind.Cr => $"kvm_cr:               cr_write 4 = 0x{e.A:x}",
            _ => "kvm_userspace_exit:   reason KVM_EXIT_IO (2)",
        });
    }

    private static string Reason(ulong reason) => reason switch
    {
        PioLane.ExternalInterrupt => "EXTERNAL_INTERRUPT",
        PioLane.CrAccess => "CR_ACCESS",
        _ => "IO_INSTRUCTION",
    };
}
