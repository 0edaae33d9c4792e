namespace KvmTraceLab.Replay.Faults;

/// <summary>Counts what became of faults, by thread and level and by page.</summary>
/// <param name="maxThreads">Threads, each for L1 and L2, that are counted.</param>
/// <param name="maxPages">Pages that are told apart; faults of others count for their threads alone.</param>
internal sealed class FaultOutcomes(int maxThreads = 65_536, int maxPages = 1_000_000)
{
    private const int KvmExitMmio = 6;
    private const int Outcomes = (int)FaultOutcome.Unknown + 1;

    private const ulong Level2 = 1UL << 63;

    private readonly Dictionary<(int Lane, bool IsL2), ThreadTally> _threads = [];
    private readonly ChunkedMap<PageTally> _pages = new();

    /// <summary>Faults of pages beyond the last that is told apart.</summary>
    public long PagesUncounted { get; private set; }

    public static FaultOutcome Of(FaultContext context)
    {
        var group = context.Group;
        if (group.Injections > 0 || group.InjectedPf || group.InjectedOther) return FaultOutcome.Injected;
        if (group.Mmios > 0 || group.FastMmio || group.UserspaceReason == KvmExitMmio || (group.Emulations > 0 && !group.SameRip)) return FaultOutcome.Emulated;
        if (context.Wrote && context.ResultAllows && !group.ZappedAfter) return FaultOutcome.Mapped;
        if (!context.Wrote && context.ResultAllows) return FaultOutcome.Spurious;
        return group.Lost || !group.HasEntry || !context.Config.MmuEvents ? FaultOutcome.Unknown : FaultOutcome.Retried;
    }

    public void Add(VcpuLane lane, FaultContext context) => Add(lane, context.Group.Level, context.Group.Gfn, Of(context));

    internal void Add(VcpuLane lane, GuestLevel level, ulong gfn, FaultOutcome outcome)
    {
        var key = (lane.Index, level == GuestLevel.L2);
        if (!_threads.TryGetValue(key, out var tally))
        {
            if (_threads.Count >= maxThreads) return;
            _threads[key] = tally = new ThreadTally(lane);
        }

        tally.Counts[(int)outcome]++;
        var page = gfn | (key.Item2 ? Level2 : 0);
        if (_pages.Count >= maxPages && _pages.Find(page) < 0)
        {
            PagesUncounted++;
            return;
        }

        ref var counts = ref _pages.ValueAt(_pages.GetOrAdd(page));
        counts.Faults++;
        if (outcome == FaultOutcome.Retried) counts.Retried++;
        else if (outcome == FaultOutcome.Unknown) counts.Unknown++;
    }

    /// <summary>Threads by number, each with L1's faults before L2's.</summary>
    public IReadOnlyList<OutcomeCounts> Threads() =>
        [.. _threads.OrderBy(t => t.Value.Lane.Tid).ThenBy(t => t.Key.Lane).ThenBy(t => t.Key.IsL2)
            .Select(t => new OutcomeCounts(t.Value.Lane, t.Key.IsL2 ? GuestLevel.L2 : GuestLevel.L1, t.Value.Counts))];

    /// <summary>The pages whose faults were most often left to be tried again, and of each how many faults it had; none without such.</summary>
    public IReadOnlyList<RetriedPage> Retried(int most)
    {
        var pages = new List<RetriedPage>();
        for (var place = 0; place < _pages.Count; place++)
        {
            var counts = _pages.ValueAt(place);
            if (counts.Retried == 0) continue;
            var key = _pages.KeyAt(place);
            pages.Add(new RetriedPage((key & ~Level2) << 12, (key & Level2) != 0 ? GuestLevel.L2 : GuestLevel.L1, counts.Faults, counts.Retried, counts.Unknown));
        }

        return [.. pages.OrderByDescending(p => p.Retried).ThenBy(p => p.Gpa).ThenBy(p => p.Level).Take(most)];
    }

    private sealed class ThreadTally(VcpuLane lane)
    {
        public VcpuLane Lane { get; } = lane;

        public long[] Counts { get; } = new long[Outcomes];
    }

    private struct PageTally
    {
        public uint Faults;
        public uint Retried;
        public uint Unknown;
    }
}
