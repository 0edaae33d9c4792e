using System.Text;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>Texts that lie beside traces and are none: the error says what they are.</summary>
public sealed class NotATraceTests
{
    [Theory]
    [InlineData("Analyze events for all VMs, all VCPUs:\n\n             VM-EXIT    Samples  Samples%     Time%\n           MSR_WRITE       1212    60.15%     0.02%\n", "perf kvm stat")]
    [InlineData(" Event name            Samples  Sample%   Time (ns)  Time%\n Load guest page fault 53      34.00%    95000      10.00%\n", "perf kvm stat")]
    [InlineData("kvm statistics - summary\n\n Event              Total %Total CurAvg/s\n kvm_fpu         52166411   46.8  2773738\n", "kvm_stat")]
    [InlineData("timestamp,kvm_entry,kvm_exit,kvm_exit(HLT)\n2026-11-21 15:00:00,12,12,3\n", "kvm_stat")]
    [InlineData(" efer_reload                 0       0\n exits                33217491  121374\n halt_exits             221417     893\n", "kvm_stat")]
    [InlineData("[  673.850218] kvm_intel: VMCS 00000000f971be22, last attempted VM-entry on CPU 3\n[  673.853454] kvm_intel: *** Guest State ***\n", "kernel log")]
    [InlineData("[966207.634121] kvm_get_time_scale: base_hz 1000000000 => 1996249000, shift 1\n[966207.636397] kvm: new tsc generation 1, clock 0\n", "kernel log")]
    [InlineData("$ ./run.sh\nkvm_set_irq: No such device or address\nAborted\n", "is no trace")]
    [InlineData("# Samples: 11K of event 'cycles'\n#\n# Overhead  Command          Shared Object      Symbol\n    12.40%  qemu-system-x86  [kvm_intel]        [k] vmx_vcpu_run\n", "perf report")]
    [InlineData("CPU: 0\nentries: 0\noverrun: 0\ncommit overrun: 0\nbytes: 1272\n", "buffers")]
    [InlineData(" Tracing meta data in file trace.dat:\n\t[Initial format]\n\t\t6\t[Version]\n", "trace-cmd dump")]
    [InlineData("CPU 0/KVM;do_syscall_64;kvm_vcpu_ioctl;vcpu_enter_guest 1234\nCPU 0/KVM;do_syscall_64;kvm_vcpu_ioctl 99\n", "folded stacks")]
    [InlineData("Attaching 2 probes...\n^C\n\n@exits[CPU 0/KVM, 48]: 1221\n@ns[48]:\n[256, 512)           12 |@@@@                 |\n[512, 1K)            90 |@@@@@@@@@@@@@@@@@@@@@|\n", "bpftrace")]
    [InlineData("TGID     PID      KVM_EXIT_REASON                     STAT\n4036993  4037007  EXIT_REASON_CPUID                   196\n", "kvmexit")]
    [InlineData("TGID     TID      COMM             KVM_EXIT_REASON  COUNT    AVG_TIME\n24877    24901    b'CPU 3/KVM'     EC_WFx           7        503369309.4\n", "bcc")]
    [InlineData("15268@1647341556.924605:kvm_run_exit cpu_index 0, reason 2\n15268@1647341556.928341:kvm_run_exit cpu_index 0, reason 8\n", "QEMU's own")]
    [InlineData(" Performance counter stats for 'system wide':\n\n         1,234,567      kvm:kvm_exit\n", "perf stat")]
    [InlineData("# tracer: nop\n#\n# entries-in-buffer/entries-written: 0/0   #P:8\n#\n", "without events")]
    [InlineData("name: kvm_exit\nID: 1880\nformat:\n\tfield:unsigned int exit_reason;\toffset:8;\tsize:4;\tsigned:0;\n\nprint fmt: \"vcpu %u reason %s\"\n", "format description")]
    [InlineData("# tracer: nop\n#\n3927 0 34180941204455 type: 567\n3927 0 34180941234380 type: 567\n", "raw, hex or bin")]
    [InlineData("00000f57 00000000 00001f165edbcbe7 type: 567\n\n00000f57 00000000 00001f165edc40cc type: 567\n\n", "raw, hex or bin")]
    [InlineData("W\u000f\0\0\0\0\0\0\u0001\u0002\u0003\u0004\0\0\0\0type: 567\nW\u000f\0\0\0\0\0\0\u0001\u0002\u0003\u0005\0\0\0\0type: 567\n", "raw, hex or bin")]
    [InlineData("vcpu 0, rip 0x1000\nreason io rip 0x1003 info1 0x0000000006080041 info2 0x0\nvcpu 0, rip 0x1003\n", "-F +event")]
    [InlineData("\n0x1a2b8 [0x80]: event: 9\n.\n. ... raw event: size 56 bytes\n.  0000:  4f 00 00 00 00 00 38 00  O.....8.\n", "perf script -D")]
    [InlineData("task: CPU 0/KVM-2438\n  Event: kvm_page_fault:0x1000 (1)\n", "--profile")]
    [InlineData("  %27.22  (2438) CPU 0/KVM                       kvm_exit #693\n         |\n         --- *kvm_exit*\n", "trace-cmd hist")]
    [InlineData("ffffffffbbe415b0 fpu_swap_kvm_fpstate\nffffffffbbe7d190 kvm_io_delay\n", "list of symbols")]
    [InlineData("kvm:kvm_exit\nkvm:kvm_entry\nkvmmmu:kvm_mmu_set_spte\n", "list of events")]
    [InlineData("kvm_exit                                  1221        12\nkvm_exit(HLT)                              221         2\n", "table of counts")]
    [InlineData("List of CPUs in trace.dat with data:\n  0\n  1\n", "the file's CPUs")]
    [InlineData("1234  1716000000.123456 ioctl(17, KVM_RUN, 0) = 0 <0.001234>\n", "strace")]
    [InlineData("Hello,\n\nthis is a mail without any trace.\n", "is no trace")]
    public void The_error_says_what_it_is(string text, string what)
    {
        var input = TraceInput.FromBytes(Encoding.UTF8.GetBytes(text));
        var error = Assert.Throws<TraceException>(() => Trace.Open(input, new TraceOptions()).Dispose());
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }
}
