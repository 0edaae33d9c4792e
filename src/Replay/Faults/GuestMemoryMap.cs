using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Replay.Faults;

/// <summary>
/// The last SPTE seen for every guest frame: L1's by (address space, level, frame), L2's by (level, L1 frame). Knowledge
/// ends by epochs: lost events and kvm_mmu_zap_all_fast end all of it, a sync of an unsync page all of L2's, and where the
/// MMU in use does not trace its zaps also an unmap by the host. Past the cap everything is forgotten, which is unknown, not wrong.
/// </summary>
internal sealed class GuestMemoryMap
{
    public const int MaxEntries = 1_000_000;

    private readonly ChunkedMap<Entry> _entries = new();
    private long _directEpoch;
    private long _shadowEpoch;

    /// <summary>Running number of the event being replayed: what is set or forgotten bears it.</summary>
    public long Now { get; set; }

    /// <summary>How often the map was full and was emptied.</summary>
    public int Overflows { get; private set; }

    public int Count => _entries.Count;

    /// <summary>Several VMs are in the trace: only what a vCPU wrote itself is known to it.</summary>
    public bool SeveralVms { get; set; }

    public void Set(bool guestMode, int asId, int level, ulong gfn, ulong spte, int lane)
    {
        if (level is < 1 or > 5) return;
        if (_entries.Count >= MaxEntries)
        {
            _entries.Clear();
            Overflows++;
        }

        _entries.ValueAt(_entries.GetOrAdd(Key(guestMode, asId, level, gfn))) = new Entry(spte, Now, lane, Unsure: false);
    }

    /// <summary>Something happened to this SPTE and nobody can say what.</summary>
    public void Forget(bool guestMode, int asId, int level, ulong gfn, int lane)
    {
        if (_entries.Find(Key(guestMode, asId, level, gfn)) is >= 0 and var place)
            _entries.ValueAt(place) = new Entry(0, Now, lane, Unsure: true);
    }

    public void ForgetAll() => _directEpoch = _shadowEpoch = Now;

    public void ForgetDirect() => _directEpoch = Now;

    public void ForgetShadow() => _shadowEpoch = Now;

    /// <summary>The leaf that covers a frame, as far as known. Higher levels that changed later than lower ones rule.</summary>
    public SpteKnowledge Find(bool guestMode, int asId, ulong gfn, int lane, SpteLayout layout)
    {
        var epoch = guestMode ? _shadowEpoch : _directEpoch;
        SpteKnowledge best = default;
        for (var level = 3; level >= 1; level--)
        {
            var frame = gfn & ~((1UL << (9 * (level - 1))) - 1);
            if (_entries.Find(Key(guestMode, asId, level, frame)) is not (>= 0 and var place)) continue;
            ref readonly var entry = ref _entries.ValueAt(place);
            if (entry.Sequence <= epoch || entry.Sequence < best.Sequence) continue;
            var spte = new Spte(entry.Spte, layout);
            var unknown = entry.Unsure || spte.IsFrozen || (SeveralVms && entry.Lane != lane) || (spte.IsPresent && !spte.IsLeaf(level));
            var state = unknown ? SpteState.Unknown : spte.IsPresent ? SpteState.Known : SpteState.Absent;
            best = new SpteKnowledge(state, entry.Spte, level, entry.Sequence, entry.Lane);
        }

        return best;
    }

    /// <summary>The very SPTE of a level, whatever stands above it.</summary>
    public bool TryGet(bool guestMode, int asId, int level, ulong gfn, out ulong spte, out long sequence, out int lane)
    {
        var place = _entries.Find(Key(guestMode, asId, level, gfn));
        var found = place >= 0;
        var entry = found ? _entries.ValueAt(place) : default;
        (spte, sequence, lane) = (entry.Spte, entry.Sequence, entry.Lane);
        return found && !entry.Unsure && sequence > (guestMode ? _shadowEpoch : _directEpoch);
    }

    private static ulong Key(bool guestMode, int asId, int level, ulong gfn) =>
        (gfn & 0xff_ffff_ffff_ffff) | (ulong)level << 56 | (ulong)(asId & 3) << 60 | (guestMode ? 1UL << 63 : 0);

    private readonly record struct Entry(ulong Spte, long Sequence, int Lane, bool Unsure);
}
