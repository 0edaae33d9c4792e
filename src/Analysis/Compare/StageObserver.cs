using KvmTraceLab.Analysis.Symbols;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Compare;

/// <summary>Turns a replayed trace into a run of a stage and the facts that are held side by side.</summary>
public sealed class StageObserver : TraceObserver
{
    /// <summary>MSRs that count by themselves: their values tell nothing.</summary>
    private static readonly HashSet<ulong> Running = [0x10, 0x6e0, 0x40000020, 0xe7, 0xe8, 0xc1, 0xc2, 0x309, 0x30a, 0x30b, 0x838, 0x839];

    private readonly StageAccumulator _stage;
    private readonly IReadOnlySet<string>? _reasons;
    private readonly RunFactsCollector _facts;
    private readonly int _cpuid = KnownKinds.Kind("kvm_cpuid");
    private readonly int _msr = KnownKinds.Kind("kvm_msr");
    private readonly int _cr = KnownKinds.Kind("kvm_cr");
    private readonly int[] _cpuidSlots = [.. new[] { "function", "index", "rax", "rbx", "rcx", "rdx" }.Select(f => KnownKinds.Slot("kvm_cpuid", f))];
    private readonly int[] _msrSlots = [.. new[] { "write", "ecx", "data", "exception" }.Select(f => KnownKinds.Slot("kvm_msr", f))];
    private readonly int[] _crSlots = [.. new[] { "rw", "cr", "val" }.Select(f => KnownKinds.Slot("kvm_cr", f))];

    /// <param name="path">The file.</param>
    /// <param name="format">What it is.</param>
    /// <param name="reasons">The exit reasons that count; null counts all.</param>
    /// <param name="symbols">Names for guest addresses.</param>
    public StageObserver(string path, string format, IReadOnlySet<string>? reasons = null, SymbolMap? symbols = null)
    {
        _facts = new RunFactsCollector(symbols);
        _stage = new StageAccumulator(path, format);
        _reasons = reasons;
    }

    /// <summary>The run; complete once the trace has ended.</summary>
    public RunSeries Series(bool clockIsNanoseconds) => _stage.ToSeries(clockIsNanoseconds);

    public RunFacts Facts() => _facts.ToFacts();

    public override void OnEvent(VcpuLane lane, in EventRow row)
    {
        if (row.HasTime) _stage.OnEvent(row.Time);
        if (lane.IsVcpu) _stage.OnVcpu(lane.Tid);
        if (!row.HasFields) return;
        var kind = row.Kind;
        if (kind == _cpuid)
        {
            _facts.OnCpuid((uint)row[_cpuidSlots[0]], _cpuidSlots[1] < 0 ? 0 : (uint)row[_cpuidSlots[1]], row[_cpuidSlots[2]], row[_cpuidSlots[3]], row[_cpuidSlots[4]], row[_cpuidSlots[5]]);
        }
        else if (kind == _msr)
        {
            var number = row[_msrSlots[1]];
            ulong? value = Running.Contains(number) ? null : row[_msrSlots[2]];
            if (row[_msrSlots[0]] != 0) _facts.OnMsrWrite((uint)number, value, row[_msrSlots[3]] != 0);
            else _facts.OnMsrRead((uint)number, value, row[_msrSlots[3]] != 0);
        }
        else if (kind == _cr && row[_crSlots[0]] != 0)
        {
            _facts.OnCrWrite((int)row[_crSlots[1]], row[_crSlots[2]]);
        }
    }

    public override void OnTrip(VcpuLane lane, HostTrip trip)
    {
        var reason = trip.HasReason ? ExitReasonVocabulary.ReportName(trip.Isa, trip.Reason) : "UNKNOWN";
        if (_reasons is null || _reasons.Contains(reason)) _stage.OnExit(trip.HasStart ? trip.Start : 0, reason, trip.Timed ? trip.Duration : -1);
        // The host's timing, memory and way of paging are not the guest's doing.
        if (trip.IsHostInterrupt || trip.Detail == TripDetail.Gpa || ExitClass.IsOfThePaging(trip)) return;
        var detail = trip.Detail == TripDetail.None ? "" : $"{trip.Detail.ToString().ToLowerInvariant()} {Numbers.Hex(trip.DetailValue)}{Way(trip)}";
        _facts.OnEvent(reason, detail, trip.HasReason ? trip.Rip : null);
    }

    private static string Way(HostTrip trip) => trip.Detail is TripDetail.CpuidLeaf or TripDetail.Hypercall ? "" : trip.DetailIsWrite ? " write" : " read";

    public override void OnLost(in EventRow row) => _stage.OnLost((row.Flags & RowFlags.LostCountKnown) != 0 ? (long)row[0] : -1);
}
