using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>Exits as stacks: vm → vCPU → level → reason → detail → RIP, one sample a distinct stack.</summary>
public sealed class ExitStacks : TraceObserver
{
    /// <summary>Distinct stacks kept; further ones keep their frames down to the reason.</summary>
    private const int MaxStacks = 50_000;

    private readonly Dictionary<Key, (long Count, long Ns)> _stacks = [];
    private readonly Dictionary<int, VcpuLane> _lanes = [];
    private bool _severalVms;

    public override bool Wants(int kind) => false;

    public override void OnTrip(VcpuLane lane, HostTrip trip)
    {
        _lanes[lane.Index] = lane;
        var key = new Key(lane.Index, trip.Level, trip.Isa, trip.HasReason ? trip.Reason : uint.MaxValue, trip.Detail, trip.Detail == TripDetail.Gpa ? trip.DetailValue & ~0xfffUL : trip.DetailValue, trip.DetailIsWrite, trip.Rip);
        if (_stacks.Count >= MaxStacks && !_stacks.ContainsKey(key)) key = key with { Detail = TripDetail.None, Value = 0, Write = false, Rip = 0 };
        var (count, ns) = _stacks.GetValueOrDefault(key);
        _stacks[key] = (count + 1, ns + (trip.Timed ? trip.Duration : 0));
    }

    /// <summary>All distinct stacks, largest first.</summary>
    public IReadOnlyList<StackSample> Samples(TraceRun run)
    {
        // VMs have no names in a trace; two threads with the same vCPU number tell that there are several.
        _severalVms = _lanes.Values.Where(l => l.Vcpu is not null).GroupBy(l => l.Vcpu).Any(g => g.Count() > 1);
        var samples = new List<StackSample>(_stacks.Count);
        foreach (var (key, (count, ns)) in _stacks) samples.Add(new StackSample(_lanes[key.Lane].Tid, Frames(key, run), count, ns));
        samples.Sort((a, b) => b.Count.CompareTo(a.Count) is var c and not 0 ? c : string.CompareOrdinal(string.Join('\0', a.Frames), string.Join('\0', b.Frames)));
        return samples;
    }

    private List<string> Frames(Key key, TraceRun run)
    {
        var lane = _lanes[key.Lane];
        var frames = new List<string>(7)
        {
            _severalVms ? "VMs" : "VM",
            lane.Vcpu is { } vcpu ? $"vCPU {vcpu} (tid {lane.Tid})" : $"tid {lane.Tid}",
            key.Level switch { GuestLevel.L1 => "L1", GuestLevel.L2 => "L2", _ => "guest" },
            key.Reason == uint.MaxValue ? "UNKNOWN" : ExitReasonVocabulary.ReportName(key.Isa, key.Reason),
        };
        if (key.Detail != TripDetail.None) frames.Add(Detail(key));
        if (key.Rip != 0) frames.Add(run.GuestSymbols.NameOf(key.Rip) ?? $"rip {Numbers.Hex(key.Rip)}");
        return frames;
    }

    /// <summary>What was asked for: <c>port 0x608 read (ACPI PM timer)</c>, <c>CR4 write</c>, <c>CPUID 0x7 (extended features)</c>.</summary>
    private static string Detail(Key key)
    {
        var access = key.Write ? " write" : " read";
        if (key.Detail == TripDetail.Cr) return $"CR{key.Value}{access}";
        var what = key.Detail switch
        {
            TripDetail.CpuidLeaf => $"CPUID {Numbers.Hex(key.Value)}",
            TripDetail.Hypercall => $"hypercall {Numbers.Hex(key.Value)}",
            _ => $"{key.Detail.ToString().ToLowerInvariant()} {Numbers.Hex(key.Value)}{access}",
        };
        return ResourceNames.Of(key.Detail, key.Value) is { } name ? $"{what} ({name})" : what;
    }

    private readonly record struct Key(int Lane, GuestLevel Level, Isa Isa, uint Reason, TripDetail Detail, ulong Value, bool Write, ulong Rip);
}
