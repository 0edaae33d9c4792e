using System.IO.Compression;
using System.Text;
using KvmTraceLab.Tests.Parser.TraceDat;

namespace KvmTraceLab.Tests.Fuzz;

/// <summary>What mutation starts from: every text dialect, packed text, and small trace.dat files of both versions.</summary>
public sealed class FuzzCorpus
{
    private const string PioFields =
        "\tfield:unsigned int rw;\toffset:8;\tsize:4;\tsigned:0;\n\tfield:unsigned int port;\toffset:12;\tsize:4;\tsigned:0;\n" +
        "\tfield:unsigned int size;\toffset:16;\tsize:4;\tsigned:0;\n\tfield:unsigned int count;\toffset:20;\tsize:4;\tsigned:0;\n" +
        "\tfield:unsigned int val;\toffset:24;\tsize:4;\tsigned:0;\n";

    private const string Payloads =
        """
        kvm_entry: vcpu 0, rip 0xfffff801b031bf35 intr_info 0x00000000 error_code 0x00000000
        kvm_exit: vcpu 0 reason EPT_VIOLATION rip 0x100000 info1 0x0000000000000182 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000 requests 0x0000000000000000
        kvm_page_fault: vcpu 0 rip 0x100000 address 0x0000000000001000 error_code 0x182
        kvm_mmu_set_spte: gfn 1 spte 600000006e01f77 (rwx) level 1 at 6e01008
        kvm_mmu_spte_requested: gfn 1 pfn 5b35 level 1
        kvm_tdp_mmu_spte_changed: as id 0 gfn 1 level 1 old_spte 0 new_spte 600000006e01f77
        kvm_mmu_get_page: sp gen 0 gfn 1234 l4 8-byte q0 direct rwux  nxe ad root 1 sync new
        kvm_mmu_pagetable_walk: addr 100373 pferr 15 P|U|F
        kvm_mmu_paging_element: pte 2027 level 4
        fast_page_fault: vcpu 0 gva 40000008 error_code P|W|U sptep 0xff11000005fc8000 old 0x2925e65 new 2925e67 spurious 0 fixed 1
        kvm_nested_vmenter: rip: 0x0000000000101216 vmcs: 0x0000000000106000 nested_rip: 0x0000000000101700 int_ctl: 0x00000000 event_inj: 0x00000000 nested_ept=y nested_eptp: 0x000000000010c05e
        kvm_nested_vmexit: vcpu 0 reason CPUID rip 0x101702 info1 0x0 info2 0x0 intr_info 0x00000000 error_code 0x00000000
        kvm_nested_vmexit_inject: reason: EPT_VIOLATION ext_inf1: 0x00000000000001ac ext_inf2: 0x0000000000000000 ext_int: 0x00000000 ext_int_err: 0x00000000
        kvm_cpuid: func 40000004 idx 0 rax 60 rbx fff rcx 0 rdx 0, cpuid entry found
        kvm_msr: msr_read 48b = 0x53ff00000000
        kvm_cr: cr_write 4 = 0xb50ef8
        kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0xfee00380 a3 0x3
        kvm_hv_hypercall: code 0x2 fast var_cnt 0x0 rep_cnt 0x0 idx 0x0 in 0x1 out 0x0
        kvm_apic: apic_write APIC_ICR = 0x41
        kvm_apic_ipi: dst 0 vec 65 (Fixed|physical|de-assert|edge|dst)
        kvm_inj_virq: IRQ 0x40 [reinjected]
        kvm_inj_exception: #PF (0x2)
        kvm_emulate_insn: 0:100275:0f 01 c1 90 (prot64) failed
        kvm_mmio: mmio write len 4 gpa 0xfee000f0 val 0x1ff
        kvm_vcpu_wakeup: wait time 1200 ns, polling valid
        kvm_userspace_exit: reason restart (4)
        kvm_write_tsc_offset: vcpu=0 prev=0 next=18446743918096576865
        kvm_wait_lapic_expire: vcpu 0: delta -77 (early)
        kvm_entry: vcpu 0, rip 0xfffff801b031bf36
        sched_switch: prev_comm=qemu prev_pid=7 prev_prio=120 prev_state=S ==> next_comm=swapper/0 next_pid=0 next_prio=120
        """;

    private FuzzCorpus(IReadOnlyList<(string Name, byte[] Bytes, bool IsText)> files) => Files = files;

    /// <summary>Small inputs, each readable as it is.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes, bool IsText)> Files { get; }

    /// <summary>One of the files. Big ones come up an eighth as often: a case costs by size, and small inputs reach the same code.</summary>
    public (string Name, byte[] Bytes, bool IsText) Pick(Random random)
    {
        while (true)
        {
            var file = Files[random.Next(Files.Count)];
            var big = file.Bytes.Length > 12 << 10 || file.Name.EndsWith(".zst", StringComparison.Ordinal);
            if (!big || random.Next(8) == 0) return file;
        }
    }

    /// <param name="fixtures">Folder with further .dat and .txt files, or null.</param>
    public static FuzzCorpus Load(string? fixtures)
    {
        var files = new List<(string, byte[], bool)>();
        void Text(string name, string text) => files.Add((name, Encoding.UTF8.GetBytes(text), true));
        Text("trace-cmd", "cpus=2\n" + Lines((e, p, i) => $"       CPU 0/KVM-16105 [{i & 1:d3}]  4327.{373469 + i:d6}: {e + ":",-21} {p}"));
        Text("trace-cmd-loop", Loop());
        Text("latency", Lines((e, p, i) => $"CPU 0/KVM-16105   0d..1. 4327{373469 + i:d6}us : {e}: {p}"));
        Text("ftrace", "# tracer: nop\n#\n# entries-in-buffer/entries-written: 30/30   #P:2\n#\n" + Lines((e, p, i) => $"       CPU 0/KVM-16105   [001] d..1.  4327.{373469 + i:d6}: {e}: {p}")
            + "CPU:1 [LOST 5 EVENTS]\n   <idle>-0       [001] d.... 4328.000000: kvm_fpu: load\n");
        Text("perf", Lines((e, p, i) => $"CPU 0/KVM 16105 [001]  4327.{373469 + i:d6}:       kvm:{e}: {p}"));
        Text("pasted", "Hello,\n\nsee this:\n" + Lines((e, p, i) => $"> CPU 0/KVM-16105 [001] ..... 4327.{373469 + i:d6}: {e}:\n> {p}") + "...\n--\n* 987816 rip 0xfffff801b031bf35\n");
        Text("bare", Lines((e, p, _) => $"{e}: {p}"));
        Text("raw", Lines((e, p, i) => $"       CPU 0/KVM-16105 [001]  4327.{373469 + i:d6}: {e + ":",-21} vcpu_id=0 exit_reason=48 guest_rip=0x{i:x} rip=4096 info1=2 gfn=[1,2,{i}]"));
        Text("counter", Lines((e, p, i) => $" <...>-16105 [001] {100 + i}: {e}: {p}"));
        var loop = Encoding.UTF8.GetBytes(Loop());
        files.Add(("gzip", Gzip(loop), false));
        files.Add(("v6", Dat(6, "none", 256), false));
        files.Add(("v6-big-endian", Dat(6, "none", 256, big: true), false));
        files.Add(("v7", Dat(7, "none", 256), false));
        files.Add(("v7-zlib", Dat(7, "zlib", 256), false));
        files.Add(("v6-4k", Dat(6, "none", 4096), false));
        if (fixtures is not null && Directory.Exists(fixtures))
        {
            foreach (var path in Directory.EnumerateFiles(fixtures, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                var length = new FileInfo(path).Length;
                if (path.EndsWith(".dat", StringComparison.Ordinal) && length < 64 << 10) files.Add((Path.GetFileName(path), File.ReadAllBytes(path), false));
                else if (path.EndsWith(".txt", StringComparison.Ordinal) && length < 16 << 10) files.Add((Path.GetFileName(path), File.ReadAllBytes(path), true));
                else if (path.EndsWith(".zst", StringComparison.Ordinal) && length < 64 << 10) files.Add((Path.GetFileName(path), File.ReadAllBytes(path), false));
            }
        }

        return new FuzzCorpus(files);
    }

    private static string Lines(Func<string, string, int, string> line)
    {
        var text = new StringBuilder();
        foreach (var (i, payload) in Payloads.Split('\n').Index())
        {
            var colon = payload.IndexOf(':', StringComparison.Ordinal);
            text.Append(line(payload[..colon], payload[(colon + 2)..].TrimEnd('\r'), i)).Append('\n');
        }

        return text.ToString();
    }

    private static string Loop()
    {
        var text = new StringBuilder("cpus=1\n");
        for (var i = 0; i < 40; i++)
        {
            string Head(int step, string name) => $"       CPU 0/KVM-16105 [000]  4327.{373000 + (i * 3) + step:d6}: {name + ":",-21} ";
            text.Append(Head(0, "kvm_exit")).Append("reason IO_INSTRUCTION rip 0xfffff801b031bf35 info 608000b 0\n");
            text.Append(Head(1, "kvm_pio")).Append($"pio_read at 0x608 size 4 count 1 val 0x{i:x} \n");
            text.Append(Head(2, "kvm_entry")).Append(" vcpu 0 rip 0xfffff801b031bf36\n");
        }

        return text.ToString();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Dat(int version, string compression, int pageSize, bool big = false)
    {
        var b = new TraceDatBuilder { Version = version, Compression = compression, PageSize = pageSize, BigEndian = big };
        RingPageBuilder Page(ulong time) => new(time, big, 8);
        byte[] Pio(int pid, uint write, uint port, uint value) => b.Numbers((0x1f, 2), (0, 2), ((ulong)pid, 4), (write, 4), (port, 4), (1, 4), (1, 4), (value, 4));
        byte[] Entry(int pid, ulong rip) => b.Numbers((0x20, 2), (0, 2), ((ulong)pid, 4), (0, 4), (0, 4), (rip, 8));
        byte[] Exit(int pid, ulong rip) => b.Numbers((0x21, 2), (0, 2), ((ulong)pid, 4), (30, 4), (0, 4), (rip, 8), (1, 4), (0, 4), (0x608000b, 8), (0, 8));
        b.Event("kvm", TraceDatBuilder.Format("kvm_pio", 0x1f, PioFields))
            .Event("kvm", TraceDatBuilder.Format("kvm_entry", 0x20, "\tfield:unsigned int vcpu_id;\toffset:8;\tsize:4;\tsigned:0;\n\tfield:unsigned long rip;\toffset:16;\tsize:8;\tsigned:0;\n"))
            .Event("kvm", TraceDatBuilder.Format(
                "kvm_exit", 0x21,
                "\tfield:unsigned int exit_reason;\toffset:8;\tsize:4;\tsigned:0;\n\tfield:unsigned long guest_rip;\toffset:16;\tsize:8;\tsigned:0;\n" +
                "\tfield:u32 isa;\toffset:24;\tsize:4;\tsigned:0;\n\tfield:u64 info1;\toffset:32;\tsize:8;\tsigned:0;\n\tfield:u64 info2;\toffset:40;\tsize:8;\tsigned:0;\n"))
            .Event("other", TraceDatBuilder.Format(
                "mixed", 9,
                "\tfield:s16 minus;\toffset:8;\tsize:2;\tsigned:1;\n\tfield:__data_loc char[] name;\toffset:12;\tsize:4;\tsigned:1;\n\tfield:u8 bytes[3];\toffset:16;\tsize:3;\tsigned:0;\n",
                "\"%s %d\", __get_str(name), REC->minus"))
            .Page(0, Page(100).Data(0, Exit(122, 0x1000)).Data(2, Pio(122, 0, 0x608, 7)).Data(3, Entry(122, 0x1001)))
            .Page(0, Page(9000000000).TimeExtend(100).Data(4, Exit(122, 0x1000)).TimeStamp(9000001000).Data(4, Entry(122, 0x1001)))
            .Page(1, Page(101).Missed(5).Data(0, Pio(7, 0, 0x71, 2), longForm: true).Discarded(2, 16).Data(1, b.Numbers((9, 2), (0, 2), (7, 4), (0xffff, 2), (0, 2), (0x40014, 4), (0x030201, 4), (0x61626300, 4))))
            .Page(0, Page(103).Data(0, Pio(122, 1, 0x73, 4)), "second");
        return b.Option(4, "[local] global").Option(5, "Linux box 6.1.0 x86_64").Option(2, "CPU: 0\nentries: 4\noverrun: 9\n").Build();
    }
}
