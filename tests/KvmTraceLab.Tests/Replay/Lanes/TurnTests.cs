using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using KvmTraceLab.Analysis;
using KvmTraceLab.Analysis.Exits;
using KvmTraceLab.Analysis.Faults;
using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Analysis.Rates;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Output;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Tests.Cli;
using Xunit;

namespace KvmTraceLab.Tests.Replay.Lanes;

/// <summary>Turns told all at once against the same events told one by one: nothing may differ.</summary>
public sealed class TurnTests
{
    /// <summary>Turns as guests make them; # is a value that changes, ~ one that changes now and then.</summary>
    private static readonly string[][] Bodies =
    [
        ["kvm_exit: reason IO_INSTRUCTION rip 0xf35 info 608000b 0", "kvm_pio: pio_read at 0x608 size 4 count 1 val 0x#", "kvm_entry: vcpu 0 rip 0xf36"],
        ["kvm_exit: reason IO_INSTRUCTION rip 0xf35 info 608000b 0", "kvm_fpu: unload", "kvm_userspace_exit: reason KVM_EXIT_IO (2)", "kvm_fpu: load",
            "kvm_pio: pio_read at 0x608 size 4 count 1 val 0x~", "kvm_entry: vcpu 0 rip 0xf36"],
        ["kvm_exit: reason IO_INSTRUCTION rip 0xa00 info 700008 0", "kvm_pio: pio_write at 0x70 size 1 count 1 val 0x#", "kvm_entry: vcpu 0 rip 0xa01",
            "kvm_exit: reason IO_INSTRUCTION rip 0xa02 info 710008 0", "kvm_pio: pio_read at 0x71 size 1 count 1 val 0x#", "kvm_entry: vcpu 0 rip 0xa03"],
        ["kvm_exit: reason CPUID rip 0xc00 info 0 0", "kvm_cpuid: func 40000000 idx 0 rax ~ rbx 4b4d564b rcx 564b4d56 rdx 4d, cpuid entry found", "kvm_entry: vcpu 0 rip 0xc02"],
        ["kvm_exit: reason MSR_READ rip 0xd00 info 0 0", "kvm_msr: msr_read 10 = 0x#", "kvm_entry: vcpu 0 rip 0xd02"],
        ["kvm_exit: reason MSR_WRITE rip 0xd10 info 0 0", "kvm_msr: msr_write 6e0 = 0x12", "kvm_entry: vcpu 0 rip 0xd12"],
        ["kvm_exit: reason CR_ACCESS rip 0xe00 info 4 0", "kvm_cr: cr_write 4 = 0x3506f8", "kvm_entry: vcpu 0 rip 0xe03"],
        ["kvm_exit: reason HLT rip 0x100 info 0 0", "kvm_vcpu_wakeup: wait time 1000 ns, polling valid", "kvm_entry: vcpu 0 rip 0x101"],
        ["kvm_exit: reason EPT_MISCONFIG rip 0x200 info 0 0", "kvm_emulate_insn: 0:200: 8b 00", "vcpu_match_mmio: gva 0xffff gpa 0xfed000f0 Read GPA",
            "kvm_mmio: mmio read len 4 gpa 0xfed000f0 val 0x#", "kvm_entry: vcpu 0 rip 0x202"],
        ["kvm_exit: reason EPT_VIOLATION rip 0x300 info 182 0", "kvm_page_fault: vcpu 0 rip 0x300 address 0x5000 error_code 0x182", "kvm_entry: vcpu 0 rip 0x300"],
        ["kvm_exit: reason EPT_VIOLATION rip 0x310 info 182 0", "kvm_page_fault: vcpu 0 rip 0x310 address 0x~000 error_code 0x182", "kvm_mmu_spte_requested: gfn ~ pfn 5b86 level 1",
            "kvm_tdp_mmu_spte_changed: as id 0 gfn ~ level 1 old_spte 0 new_spte 5b86b77", "kvm_entry: vcpu 0 rip 0x310"],
        ["kvm_exit: reason APIC_ACCESS rip 0x400 info 1020 0", "kvm_emulate_insn: 0:400: 8b 00", "kvm_mmio: mmio read len 4 gpa 0xfee00020 val 0x#", "kvm_entry: vcpu 0 rip 0x402"],
        ["kvm_exit: reason VMREAD rip 0x500 info 0 0", "kvm_nested_vmexit: CAN'T FIND FIELD", "kvm_entry: vcpu 0 rip 0x503"],
        ["kvm_exit: reason EXTERNAL_INTERRUPT rip 0x600 info 0 800000ec", "kvm_entry: vcpu 0 rip 0x600"],
        ["kvm_exit: reason VMCALL rip 0x700 info 0 0", "kvm_hypercall: nr 0x1 a0 0x# a1 0x0 a2 0x0 a3 0x0", "kvm_set_irq: gsi 4 level 1 source 0", "kvm_entry: vcpu 0 rip 0x703"],
        ["kvm_exit: reason EXCEPTION_NMI rip 0x800 info 0 80000306", "kvm_inj_exception: #UD (0x0)", "kvm_entry: vcpu 0 rip 0x800"],
        ["kvm_exit: reason PAUSE_INSTRUCTION rip 0x900 info 0 0", "kvm_ple_window_update: vcpu 0 old 4096 new 4096 (grow)", "kvm_unmap_hva_range: mmu notifier unmap range: 0x7f00 -- 0x8f00",
            "kvm_entry: vcpu 0 rip 0x902"],
    ];

    private static readonly string[] Noise =
    [
        "kvm_exit: reason EXTERNAL_INTERRUPT rip 0xf35 info 0 800000ec\nkvm_entry: vcpu 0 rip 0xf35", "kvm_inj_virq: IRQ 0xec", "sched_switch: prev_comm=a prev_pid=1",
        "kvm_exit: reason CPUID rip 0xc00 info 0 0", "kvm_entry: vcpu 0 rip 0xf36", "kvm_set_irq: gsi 4 level 0 source 0", "...", "CPU:0 [LOST 3 EVENTS]",
        "kvm_exit: reason something", "kvm_nested_vmenter: rip: 0x1 vmcs: 0x2 nested_rip: 0x3 int_ctl: 0x0 event_inj: 0x0 nested_ept=y",
    ];

    [Fact]
    public void Turns_come_to_what_their_events_come_to()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var text = Trace(new Random(seed), seed % 6 == 0 ? 25_000 : 7_000);
            Assert.Equal(Told(text, oneByOne: true), Told(text, oneByOne: false));
        }
    }

    [Fact]
    public void Recorded_traces_come_to_the_same()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Analyzed.Root, "tests", "KvmTraceLab.Tests", "Fixtures"), "*.dat", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Analyzed.Root, "samples"))).Where(f => new FileInfo(f).Length < 300_000 && !f.Contains("fuzz", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var bytes = File.ReadAllBytes(file);
            if (!Opens(bytes)) continue;
            Assert.Equal(Told(bytes, oneByOne: true), Told(bytes, oneByOne: false));
        }
    }

#if !DEBUG // there a block of text ends before a turn has come three times
    /// <summary>Which loops are taken so: not those with faults, nested exits, the host's interrupts or unmaps, other numbers that change, or two exits a turn.</summary>
    [Fact]
    public void Long_loops_are_told_in_turns()
    {
        bool[] taken = [true, true, false, false, false, true, true, true, false, false, false, true, false, false, false, false, false];
        Assert.Equal(taken, Bodies.Select(body =>
        {
            var text = new StringBuilder();
            for (var i = 0; i < 5000; i++)
                foreach (var e in body) Line(text, i * 10, Valued(e, i));
            var watch = new Watch();
            Replay(Encoding.ASCII.GetBytes(text.ToString()), [.. new AnalysisSuite().Observers, watch]);
            Assert.Equal(5000 * body.Count(e => e.StartsWith("kvm_exit", StringComparison.Ordinal)), watch.Trips);
            return watch.InTurns > 1000;
        }).ToArray());
    }

    /// <summary>What the judge takes so: exits that are no page fault, with events that tell nothing outside of one.</summary>
    [Theory]
    [InlineData("IO_INSTRUCTION", "kvm_pio: pio_read at 0x608 size 4 count 1 val 0x1", true)]
    [InlineData("IO_INSTRUCTION", "kvm_userspace_exit: reason KVM_EXIT_IO (2)", true)]
    [InlineData("IO_INSTRUCTION", "kvm_emulate_insn: 0:200: 8b 00", true)]
    [InlineData("IO_INSTRUCTION", "kvm_mmio: mmio read len 4 gpa 0xfed000f0 val 0x1", true)]
    [InlineData("IO_INSTRUCTION", "kvm_fast_mmio: fast mmio at gpa 0x12000", true)]
    [InlineData("IO_INSTRUCTION", "kvm_inj_exception: #UD", true)]
    [InlineData("IO_INSTRUCTION", "kvm_cpuid: func 1 idx 0 rax 1 rbx 2 rcx 3 rdx 4, cpuid entry found", true)]
    [InlineData("IO_INSTRUCTION", "kvm_write_tsc_offset: vcpu=0 prev=1 next=2", true)]
    [InlineData("IO_INSTRUCTION", "kvm_msr: msr_write 6e0 = 0x12", true)]
    [InlineData("IO_INSTRUCTION", "kvm_mmu_spte_requested: gfn 12 pfn 5000 level 1", false)]
    [InlineData("IO_INSTRUCTION", "kvm_unmap_hva_range: mmu notifier unmap range: 0x7f00 -- 0x8f00", false)]
    [InlineData("EPT_VIOLATION", "kvm_fpu: load", false)]
    [InlineData("EPT_MISCONFIG", "kvm_fpu: load", false)]
    [InlineData("EXCEPTION_NMI", "kvm_fpu: load", false)]
    [InlineData("EXIT_IOIO", "kvm_fpu: load", true)]
    [InlineData("EXIT_NPF", "kvm_fpu: load", false)]
    [InlineData("EXIT_EXCP_PF", "kvm_fpu: load", false)]
    public void Turns_without_a_fault_are_taken_by_the_judge(string reason, string e, bool taken)
    {
        Assert.Equal(taken, Taken(""));
        Assert.Equal(taken, reason.StartsWith("EXIT", StringComparison.Ordinal) ? taken : Taken("EPT_MISCONFIG"));

        bool Taken(string before)
        {
            var text = new StringBuilder();
            if (before.Length > 0) Turn(before, 0);
            for (var i = 1; i < 1000; i++) Turn(reason, i * 10);
            var watch = new Watch();
            Replay(Encoding.ASCII.GetBytes(text.ToString()), [new FaultJudge(), watch]);
            return watch.InTurns > 0;

            void Turn(string exit, int us)
            {
                foreach (var line in (string[])[$"kvm_exit: reason {exit} rip 0xf35 info 0 0", e, "kvm_entry: vcpu 0 rip 0xf36"]) Line(text, us, line);
            }
        }
    }
#endif

    private static string Valued(string e, int value)
    {
        var hex = value.ToString("x", CultureInfo.InvariantCulture);
        return e.Replace("#", hex, StringComparison.Ordinal).Replace("~", hex, StringComparison.Ordinal);
    }

    private static bool Opens(byte[] bytes)
    {
        try
        {
            using var trace = KvmTraceLab.Parser.Trace.Open(TraceInput.FromBytes(bytes, "t"), new TraceOptions { Threads = 1 });
            return trace.Batches().Any(b => b.Count > 0);
        }
        catch (TraceException)
        {
            return false;
        }
    }

    /// <summary>Long enough that no excerpt is kept; stretches of turns, some of them mixed, of two threads.</summary>
    private static byte[] Trace(Random random, int events)
    {
        var text = new StringBuilder();
        var us = 0;
        var count = 0;
        while (count < events)
        {
            var body = Bodies[random.Next(Bodies.Length)];
            var other = random.Next(4) == 0 ? Bodies[random.Next(Bodies.Length)] : null;
            var tid = random.Next(5) == 0 ? 8 : 7;
            var turns = random.Next(10) == 0 ? random.Next(1, 4) : random.Next(1, 220);
            var noisy = random.Next(3) == 0 ? 60 : int.MaxValue;
            for (var turn = 0; turn < turns; turn++)
            {
                foreach (var e in turn % 2 == 1 && other is not null ? other : body)
                {
                    us += random.Next(9) == 0 ? random.Next(40) : 3;
                    if (random.Next(4000) == 0) us -= 20;
                    var value = e.Contains('~') ? turn / 90 : random.Next(1 << 24);
                    Line(text, us, Valued(e, value), tid);
                    count++;
                }

                if (random.Next(noisy) != 0) continue;
                foreach (var line in Noise[random.Next(Noise.Length)].Split('\n'))
                {
                    if (line.StartsWith("kvm", StringComparison.Ordinal) || line.StartsWith("sched", StringComparison.Ordinal)) Line(text, us += 2, line, random.Next(4) == 0 ? 9 : tid);
                    else text.Append(line).Append('\n');
                }
            }
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static void Line(StringBuilder text, int us, string e, int tid = 7) =>
        text.Append(CultureInfo.InvariantCulture, $"CPU 0/KVM-{tid} [00{tid & 1}] {10 + (us / 1_000_000)}.{us % 1_000_000:000000}: {e}\n");

    private static TraceReplayer Replay(byte[] bytes, IEnumerable<TraceObserver> observers)
    {
        using var trace = KvmTraceLab.Parser.Trace.Open(TraceInput.FromBytes(bytes, "t"), new TraceOptions { Threads = 1 });
        var replayer = new TraceReplayer(observers);
        foreach (var batch in trace.Batches()) replayer.Process(batch);
        replayer.End();
        return replayer;
    }

    /// <summary>All that is told of a trace, also what no report shows.</summary>
    private static string Told(byte[] bytes, bool oneByOne)
    {
        TraceObserver[] more = oneByOne ? [new OneByOne()] : [];
        using var trace = KvmTraceLab.Parser.Trace.Open(TraceInput.FromBytes(bytes, "t"), new TraceOptions { Threads = 1 });
        var suite = new AnalysisSuite();
        var facts = new FactsCollector();
        var judge = new FaultJudge(null, trace.Info);
        var polls = new PollTurns();
        var rate = new ExitRate(RateKey.Reason);
        var groups = new ExitGroups([.. new[] { "reason", "rip", "port" }.Select(Key)], withoutHlt: false);
        var replayer = new TraceReplayer([.. suite.Observers, facts, judge, polls, rate, groups, .. more]);
        foreach (var batch in trace.Batches())
        {
            suite.SeeBatch(batch);
            replayer.Process(batch);
        }

        replayer.End();
        var run = new TraceRun(trace, replayer);
        var told = new StringBuilder(ReportOutputs.Render("json", suite.Report("analyze", run)));
        foreach (var lane in replayer.Lanes) told.Append(JsonSerializer.Serialize(new { lane.Events, lane.Exits, lane.Entries, lane.GuestNs, lane.HostNs, lane.IdleNs, lane.FirstTime, lane.LastTime, lane.Trip.Offset, lane.Trip.Start, lane.Trip.End }));
        told.Append(JsonSerializer.Serialize(new { replayer.Rows, replayer.FirstTime, replayer.LastTime }));
        foreach (var lane in facts.Facts.Lanes)
        {
            told.AppendLine().Append(JsonSerializer.Serialize(lane.Guest)).Append(JsonSerializer.Serialize(lane.Host)).Append(lane.Stuck?.Turns).Append(lane.Unkept);
            foreach (var spot in lane.Spots) told.AppendLine().Append(JsonSerializer.Serialize(spot)).Append(Marks(spot));
            foreach (var (reason, tally) in lane.Reasons.OrderBy(r => r.Key)) told.AppendLine().Append(reason).Append(JsonSerializer.Serialize(tally)).Append(Marks(tally));
        }

        told.AppendLine().AppendJoin(' ', facts.Facts.Marked).AppendLine().Append(JsonSerializer.Serialize(facts.Facts.Msrs)).AppendJoin(' ', facts.Facts.Cpuid);
        told.AppendLine().AppendJoin(' ', polls.Seen.Select(p => $"{p.Key}: {p.Value.Turns} {p.Value.Port:x} {p.Value.Rip:x}"));
        told.AppendLine().AppendJoin(' ', rate.Top(run).Select(r => $"{r.Name} {r.Series.Total} {string.Join(',', Enumerable.Range(0, r.Series.Length).Select(r.Series.CountAt))}"));
        var report = new KvmTraceLab.Analysis.Reports.Report("exits");
        groups.AddTo(report, run);
        told.AppendLine().Append(ReportOutputs.Render("json", report));
        foreach (var verdict in Enum.GetValues<FaultVerdict>()) told.Append(judge.CountOf(verdict)).Append(' ');
        return told.Append(judge.FaultExits).Append(judge.MmioMisconfigs).Append(Kept(judge)).ToString();
    }

    /// <summary>What verdicts to come would rest on.</summary>
    private static string Kept(FaultJudge judge)
    {
        var lanes = (Dictionary<int, LaneFaults>)Field(judge, "_lanes");
        var clock = ((GuestMemoryMap)Field(judge, "_map")).Now;
        return $"{clock} {((LostSpans)Field(judge, "_losses")).Now} {string.Join(';', lanes.OrderBy(l => l.Key).Select(l => $"{l.Value.Exits} {l.Value.EntrySequence} {l.Value.Faults}"))}";
    }

    private static object Field(object of, string name) => of.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(of)!;

    private static ExitKey Key(string name) => ExitKeys.TryGet(name, out var key) ? key : throw new ArgumentException(name);

    private static string Marks(Tally tally) => string.Join(',', Enum.GetValues<TripMarks>().Select(tally.Of));

    /// <summary>Will have no turns, so that all is told one by one.</summary>
    private sealed class OneByOne : TraceObserver
    {
        public override bool TakesTurns(VcpuLane lane, in Turns turn) => false;
    }

    private sealed class Watch : TraceObserver
    {
        public long Trips { get; private set; }

        public long InTurns { get; private set; }

        public override bool TakesTurns(VcpuLane lane, in Turns turn) => true;

        public override void OnTurns(VcpuLane lane, in Turns turns)
        {
            InTurns += turns.Count;
            Trips += turns.Count;
        }

        public override void OnTrip(VcpuLane lane, HostTrip trip) => Trips++;
    }
}
