using System.Globalization;
using System.Text;

namespace KvmTraceLab.Fuzz.Generate;

/// <summary>A generated host as `trace-cmd report -t` prints it with its kvm plugin.</summary>
internal static class HostText
{
    public static void Write(Stream to, HostPlan plan)
    {
        using var writer = new StreamWriter(to, new UTF8Encoding(false), 1 << 16);
        writer.NewLine = "\n";
        writer.WriteLine($"cpus={plan.Cpus}");
        foreach (var e in HostWorkload.Of(plan))
        {
            if (e.Kind == HostKind.Lost)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CPU:{e.Cpu} [{e.A} EVENTS DROPPED]"));
                continue;
            }

            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{$"CPU {e.Vcpu}/KVM",16}-{e.Tid,-5} [{e.Cpu:d3}] {e.TimeNs / 1_000_000_000,5}.{e.TimeNs % 1_000_000_000:d9}: "));
            writer.WriteLine(Payload(e));
        }
    }

    private static string Payload(HostEvent e) => e.Kind switch
    {
        HostKind.Exit => string.Create(CultureInfo.InvariantCulture, $"kvm_exit:             reason {Reason(e.A)} rip 0x{e.B:x} info {e.C:x} 0"),
        HostKind.Entry => string.Create(CultureInfo.InvariantCulture, $"kvm_entry:            vcpu {e.Vcpu} rip 0x{e.A:x}"),
        HostKind.Pio => string.Create(CultureInfo.InvariantCulture, $"kvm_pio:              pio_read at 0x{e.A:x} size 4 count 1 val 0x{e.B:x} "),
        HostKind.Msr => string.Create(CultureInfo.InvariantCulture, $"kvm_msr:              msr_write {e.B:x} = 0x{e.C:x}"),
        HostKind.PageFault => string.Create(CultureInfo.InvariantCulture, $"kvm_page_fault:       vcpu {e.Vcpu} rip 0x{e.A:x} address 0x{e.B:x16} error_code 0x{e.C:x}"),
        HostKind.SpteChanged => string.Create(CultureInfo.InvariantCulture, $"kvm_tdp_mmu_spte_changed: as id 0 gfn {e.A:x} level 1 old_spte {e.B:x} new_spte {e.C:x}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"kvm_cpuid:            func {e.A:x} idx 0 rax 0 rbx 0 rcx 0 rdx 0, cpuid entry found"),
    };

    private static string Reason(ulong reason) => reason switch
    {
        1 => "EXTERNAL_INTERRUPT",
        10 => "CPUID",
        12 => "HLT",
        30 => "IO_INSTRUCTION",
        32 => "MSR_WRITE",
        48 => "EPT_VIOLATION",
        _ => $"UNKNOWN ({reason})",
    };
}
