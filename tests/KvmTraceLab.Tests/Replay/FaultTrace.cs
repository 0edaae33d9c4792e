using System.Globalization;
using System.Text;
using KvmTraceLab.Analysis.Faults;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>
/// A trace of a few lines, 3 µs apart, and what the judge makes of it. Lines that begin with <c>other: </c> are another thread's on
/// CPU 1, <c>tid 7: </c> that thread's on CPU 0; <c>lost</c> and <c>lost 1</c> are markers of a CPU, <c>wait 50</c> lets µs go by,
/// <c>same</c> takes the next line's step away.
/// </summary>
internal static class FaultTrace
{
    public const string Entry = "kvm_entry: vcpu 0 rip 0x1000";

    public const string Requested = "kvm_mmu_spte_requested: gfn 12 pfn 5000 level 1";

    public static string Set(string spte, int level = 1, string gfn = "12") => $"kvm_mmu_set_spte: gfn {gfn} spte {spte} (rwxu) level {level} at 5fcf000";

    public static string Changed(string old, string now, int space = 0) => $"kvm_tdp_mmu_spte_changed: as id {space} gfn 12 level 1 old_spte {old} new_spte {now}";

    /// <summary>A nested page fault of L2 at gfn 12, the walk of L1's tables down to a leaf, and what is done about it.</summary>
    public static string[] Nested(string leaf, string code, params string[] handling) =>
    [
        $"kvm_exit: reason EXIT_NPF rip 0x1000 info {code} 12345",
        $"kvm_nested_vmexit: vcpu 0 reason npf rip 0x1000 info1 0x{code} info2 0x12345 intr_info 0x00000000 error_code 0x00000000",
        $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012345 error_code 0x{code}",
        "kvm_mmu_pagetable_walk: addr 12345 pferr 4 U", "kvm_mmu_paging_element: pte 10d027 level 4", "kvm_mmu_paging_element: pte 10e027 level 3",
        "kvm_mmu_paging_element: pte 10f027 level 2", $"kvm_mmu_paging_element: pte {leaf} level 1", .. handling, Entry,
    ];

    /// <summary>A nested page fault of L1 on AMD.</summary>
    public static string[] Npf(string code, params string[] handling) =>
    [
        $"kvm_exit: reason EXIT_NPF rip 0x1000 info {code} 12000",
        $"kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x{code}",
        .. handling,
        Entry,
    ];

    public static string[] Times(int times, string[] lines) => [.. Enumerable.Repeat(lines, times).SelectMany(l => l)];

    public static string All(string verdict, int times) => string.Join(' ', Enumerable.Repeat(verdict, times));

    /// <summary>The verdicts in the trace's order, and the judge itself.</summary>
    public static (string Verdicts, FaultJudge Judge) Run(ReplayOptions options, params string[] lines) => Run(options, record => record.Verdict.Name(), lines);

    /// <param name="options">What the judge is told.</param>
    /// <param name="word">What is said of each fault.</param>
    /// <param name="lines">The trace.</param>
    public static (string Words, FaultJudge Judge) Run(ReplayOptions options, Func<FaultRecord, string> word, params string[] lines)
    {
        var text = new StringBuilder("cpus=2\n");
        var time = 0;
        foreach (var line in lines)
        {
            if (line.StartsWith("wait ", StringComparison.Ordinal)) time += int.Parse(line.AsSpan(5), CultureInfo.InvariantCulture);
            else if (line == "same") time -= 3;
            else if (line.StartsWith("lost", StringComparison.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"CPU:{(line == "lost" ? "0" : line[5..])} [LOST 3 EVENTS]\n");
            else
            {
                time += 3;
                var (task, said) = line.StartsWith("other: ", StringComparison.Ordinal) ? ("worker-2002 [001]", line[7..])
                    : line.StartsWith("tid ", StringComparison.Ordinal) ? ($"CPU 0/KVM-{line[4..line.IndexOf(':', StringComparison.Ordinal)]} [000]", line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..])
                    : ("CPU 0/KVM-1001 [000]", line);
                text.Append(CultureInfo.InvariantCulture, $"  {task}     {1 + time / 1_000_000}.{time % 1_000_000:000000}: {said}\n");
            }
        }

        var each = new List<string>();
        using var trace = Trace.Open(TraceInput.FromBytes(Encoding.UTF8.GetBytes(text.ToString())), new TraceOptions { Threads = 1 });
        var outcome = ReplayRunner.Run(trace, options with { Each = record => each.Add(word(record)) });
        return (string.Join(' ', each), outcome.Judge);
    }
}
