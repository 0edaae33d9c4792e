using System.Globalization;
using System.Text;
using KvmTraceLab.Analysis.Faults;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>A trace of a few lines, 3 µs apart, and what the judge makes of it. Lines that begin with <c>other: </c> are another thread's.</summary>
internal static class FaultTrace
{
    public const string Entry = "kvm_entry: vcpu 0 rip 0x1000";

    public const string Requested = "kvm_mmu_spte_requested: gfn 12 pfn 5000 level 1";

    public static string Set(string spte, int level = 1, string gfn = "12") => $"kvm_mmu_set_spte: gfn {gfn} spte {spte} (rwxu) level {level} at 5fcf000";

    public static string Changed(string old, string now, int space = 0) => $"kvm_tdp_mmu_spte_changed: as id {space} gfn 12 level 1 old_spte {old} new_spte {now}";

    /// <summary>A nested page fault of L1 on AMD.</summary>
    public static string[] Npf(string code, params string[] handling) =>
    [
        $"kvm_exit: reason EXIT_NPF rip 0x1000 info {code} 12000",
        $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x{code}",
        .. handling,
        Entry,
    ];

    public static string[] Times(int times, string[] lines) => [.. Enumerable.Repeat(lines, times).SelectMany(l => l)];

    /// <summary>The verdicts in the trace's order, and the judge itself.</summary>
    public static (string Verdicts, FaultJudge Judge) Run(ReplayOptions options, params string[] lines)
    {
        var text = new StringBuilder("cpus=2\n");
        var time = 0;
        foreach (var line in lines)
        {
            time += 3;
            var other = line.StartsWith("other: ", StringComparison.Ordinal);
            if (line == "lost") text.Append("CPU:0 [LOST 3 EVENTS]\n");
            else text.Append(CultureInfo.InvariantCulture, $"  {(other ? "worker-2002 [001]" : "CPU 0/KVM-1001 [000]")}     1.{time:000000}: {(other ? line[7..] : line)}\n");
        }

        var each = new List<string>();
        using var trace = Trace.Open(TraceInput.FromBytes(Encoding.UTF8.GetBytes(text.ToString())), new TraceOptions { Threads = 1 });
        var outcome = ReplayRunner.Run(trace, options with { Each = record => each.Add(record.Verdict.Name()) });
        return (string.Join(' ', each), outcome.Judge);
    }
}
