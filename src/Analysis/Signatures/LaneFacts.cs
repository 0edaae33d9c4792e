using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>What one vCPU did, as far as signatures ask.</summary>
public sealed class LaneFacts
{
    private const int MaxSpots = 2048;
    private const int MaxReasons = 256;
    private const int MaxCr4 = 64;

    private readonly Dictionary<SpotKey, Spot> _spots = [];
    private readonly List<Spot> _inOrder = [];
    private readonly Queue<Cr4Write> _cr4 = [];
    private (Isa Isa, uint Reason) _foundKey;
    private Tally? _foundReason;
    private ulong? _lastCr4;

    private readonly TallyBudget _budget;
    private readonly Tally _otherReasons = new();

    internal LaneFacts(VcpuLane lane, TallyBudget budget)
    {
        Lane = lane;
        _budget = budget;
    }

    public VcpuLane Lane { get; }

    /// <summary>Exits that are not the host's own interrupts and timers.</summary>
    public Tally Guest { get; } = new();

    /// <summary>Exits for the host's own interrupts and timers.</summary>
    public Tally Host { get; } = new();

    /// <summary>Spot and reason of the last exit that was not the host's own; null where it was not kept.</summary>
    internal Spot? LastSpot { get; private set; }

    internal Tally? LastReason { get; private set; }

    public Dictionary<(Isa Isa, uint Reason), Tally> Reasons { get; } = new(ReasonComparer.Instance);

    /// <summary>In the order of their first exits.</summary>
    public IReadOnlyList<Spot> Spots => _inOrder;

    /// <summary>Exits at spots that were too many to keep.</summary>
    public long Unkept { get; private set; }

    /// <summary>The longest row of one fault without any SPTE set, and the longest with one set each time.</summary>
    public StuckRun? Stuck { get; private set; }

    public StuckRun? StuckThoughSet { get; private set; }

    /// <summary>The last control-register writes of CR4, oldest first.</summary>
    public IEnumerable<Cr4Write> Cr4Writes => _cr4;

    public long Cr4Count { get; private set; }

    /// <summary>How often a CR4 write changed SMEP.</summary>
    public long SmepToggles { get; private set; }

    public long Exits => Guest.Count + Host.Count;

    internal TripMarks Marks { get; set; }

    internal ulong FaultAddress { get; set; }

    internal ulong FaultCode { get; set; }

    internal bool HasFault { get; set; }

    internal ulong? Value { get; set; }

    /// <summary>Frames of faults that KVM_RUN failed on, and of faults that got an SPTE; a few.</summary>
    internal HashSet<ulong> RefusedFrames { get; } = [];

    internal HashSet<ulong> MappedFrames { get; } = [];

    private StuckRun? _run;
    private StuckRun? _ended;
    private bool _runSet;

    public long CountOf(IReadOnlyList<string> reasons, TripMarks mark = 0)
    {
        long count = 0;
        foreach (var ((isa, reason), tally) in Reasons)
            if (reasons.Contains(ExitReasonVocabulary.ReportName(isa, reason))) count += mark == 0 ? tally.Count : tally.Of(mark);
        return count;
    }

    /// <summary>The spot, and whether the exit before was of the same one; the host's own interrupts break no row.</summary>
    internal Spot? SpotOf(in SpotKey key, bool host, out bool again)
    {
        again = LastSpot is { } last && last.Key == key;
        if (again) return LastSpot;
        if (!_spots.TryGetValue(key, out var spot))
        {
            if (_spots.Count >= MaxSpots || !_budget.Take())
            {
                Unkept++;
                if (!host) LastSpot = null;
                return null;
            }

            _spots[key] = spot = new Spot(key);
            _inOrder.Add(spot);
        }

        if (!host) LastSpot = spot;
        return spot;
    }

    internal Tally ReasonOf(Isa isa, uint reason, bool host, out bool again)
    {
        if (_foundReason is not { } tally || _foundKey != (isa, reason))
        {
            if (!Reasons.TryGetValue((isa, reason), out tally))
            {
                if (Reasons.Count < MaxReasons && _budget.Take()) Reasons[(isa, reason)] = tally = new Tally();
                else tally = _otherReasons;
            }

            (_foundKey, _foundReason) = ((isa, reason), tally);
        }

        again = tally == LastReason;
        if (!host) LastReason = tally;
        return tally;
    }

    internal void AddCr4(ulong value, long time)
    {
        Cr4Count++;
        if (_lastCr4 is { } before && ((before ^ value) & Cr4Bits.Smep) != 0) SmepToggles++;
        _lastCr4 = value;
        _cr4.Enqueue(new Cr4Write(time, value));
        if (_cr4.Count > MaxCr4) _cr4.Dequeue();
    }

    /// <summary>Goes on with, or begins, a row of the same fault; <paramref name="set"/> tells whether an SPTE was set.</summary>
    internal void Fault(string reason, ulong rip, ulong gpa, ulong code, long time, TripMarks marks, bool set)
    {
        if (_run is null || _runSet != set || _run.Rip != rip || _run.Gpa >> 12 != gpa >> 12 || _run.Code != code || _run.Reason != reason)
        {
            EndRun(cameFree: true);
            _run = new StuckRun { Reason = reason, Rip = rip, Gpa = gpa, Code = code, StartNs = time };
            _runSet = set;
        }

        _run.Turns++;
        _run.EndNs = time;
        if ((marks & TripMarks.Reinjected) != 0) _run.Reinjected++;
        if ((marks & TripMarks.VectoringException) != 0) _run.Vectoring++;
        if (set) _run.SpteSet++;
        if ((marks & TripMarks.WalkError) != 0) _run.WalkErrors++;
        if ((marks & TripMarks.FastFaultDone) != 0) _run.FastDone++;
    }

    internal void HostUnmapped()
    {
        if (_run is not null) _run.HostUnmaps++;
    }

    /// <summary>A later exit elsewhere: the vCPU came free after all.</summary>
    internal void GoesOn(ulong rip)
    {
        if (_ended is not { } ended || ended.Rip == rip) return;
        ended.CameFree = true;
        _ended = null;
    }

    internal void EndRun(bool cameFree)
    {
        if (_run is not { } run) return;
        run.CameFree = cameFree;
        _run = null;
        _ended = cameFree ? null : run;
        if (_runSet)
        {
            if (run.Turns > (StuckThoughSet?.Turns ?? 1)) StuckThoughSet = run;
        }
        else if (run.Turns > (Stuck?.Turns ?? 1))
        {
            Stuck = run;
        }
    }

    /// <summary>Events were lost: nothing goes on.</summary>
    internal void Break()
    {
        EndRun(cameFree: false);
        LastSpot = null;
        LastReason = null;
        Marks = 0;
        HasFault = false;
        Value = null;
    }
}
