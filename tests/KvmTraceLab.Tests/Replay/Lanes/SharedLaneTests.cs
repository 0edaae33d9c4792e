using System.Globalization;
using System.Text;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Replay;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Replay.Lanes;

/// <summary>Threads beyond those told apart: counted, and nothing is made of events that are not of one thread.</summary>
public sealed class SharedLaneTests
{
    private const int Late = 200_000;

    [Fact]
    public void Threads_beyond_the_last_are_counted_and_not_mixed()
    {
        var text = new StringBuilder();
        long us = 1_000_000;
        void Add(int tid, string payload) => text.Append(CultureInfo.InvariantCulture, $"CPU 0/KVM-{tid} [000] {us / 1_000_000}.{us++ % 1_000_000:000000}: {payload}\n");
        for (var i = 0; i < TraceReplayer.MaxLanes; i++) Add(100 + i, "kvm_entry: vcpu 0 rip 0x1");
        for (var turn = 0; turn < 50; turn++)
        {
            // Two threads in turns, which one thread would be a loop of two exits; then one alone.
            Add(Late, "kvm_exit: reason EPT_VIOLATION rip 0x1000 info 181 0");
            Add(Late + 1, "kvm_exit: reason CPUID rip 0x2000 info 0 0");
            Add(Late, "kvm_page_fault: vcpu 0 rip 0x1000 address 0x0000000000012000 error_code 0x181");
            Add(Late + 1, "kvm_entry: vcpu 0 rip 0x2002");
            Add(Late, "kvm_entry: vcpu 0 rip 0x1000");
            Add(Late, "kvm_exit: reason HLT rip 0x3000 info 0 0");
            Add(Late, "kvm_entry: vcpu 0 rip 0x3001");
        }

        using var trace = Analyzed.Text(text.ToString());
        var report = Analyzed.Report(trace);
        var document = report.Document;
        var exits = document["exits"]!.AsArray().ToDictionary(e => e!["reason"]!.GetValue<string>(), e => (e!["count"]!.GetValue<long>(), e["timed"]!.GetValue<long>()));
        Assert.Equal((50, 0), exits["EPT_VIOLATION"]);
        Assert.Equal((50, 0), exits["CPUID"]);
        Assert.Equal((50, 50), exits["HLT"]);
        Assert.Empty(document["loops"]!.AsArray());
        Assert.Equal("""{"UNDECIDABLE":50}""", document["faults"]!["verdicts"]!.ToJsonString());
        Assert.Empty(document["faults"]!["bugs"]!.AsArray());
        var outcome = Assert.Single(document["faults"]!["outcomes"]!.AsArray())!;
        Assert.Equal((TraceReplayer.SharedTid, 50, 50), (outcome["tid"]!.GetValue<int>(), outcome["faults"]!.GetValue<long>(), outcome["unknown"]!.GetValue<long>()));
        var shared = document["vcpus"]!.AsArray().Single(v => v!["tid"]!.GetValue<int>() == TraceReplayer.SharedTid)!;
        Assert.Equal((150, null), (shared["exits"]!.GetValue<long>(), shared["vcpu"]));
        Assert.Equal(350, document["health"]!["counters"]!.AsArray().Single(c => c!["name"]!.GetValue<string>() == "tooManyThreads")!["count"]!.GetValue<long>());
        Assert.Contains(report.Headlines, h => h is { Kind: HeadlineKind.Caution } && h.Text.StartsWith("More than 65536 threads are in the trace: 350 events", StringComparison.Ordinal));
    }
}
