using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Kvm;

namespace KvmTraceLab.Replay;

/// <summary>Finds turns in a batch: rows that equal the rows one period before them.</summary>
internal sealed class TurnFinder
{
    /// <summary>Rows let pass before turns that an observer would not have are offered again.</summary>
    private const int Patience = 256;

    /// <summary>By kind: slots of values that nothing but their reader depends on.</summary>
    private static readonly ulong[] Values = ValuesByKind();

    private long[] _durations = new long[64];
    private int _exit;
    private int _before;
    private int _from;

    /// <summary>Places whose values differed between the turns compared.</summary>
    public ulong Varying { get; private set; }

    public void BeginBatch()
    {
        _exit = _before = -1;
        _from = 0;
    }

    /// <summary>
    /// Takes note of a row of the batch that was replayed. Tells whether a turn ends with it that equals the one before, so that more of
    /// the kind may follow.
    /// </summary>
    public bool Ends(EventBatch batch, int row, out int period)
    {
        period = 0;
        var kind = batch.Heads[row].Kind;
        var role = KnownKinds.RoleOf(kind);
        if (role == TripEvent.Exit)
        {
            _exit = row;
            return false;
        }

        if (_exit < 0 || role != TripEvent.Entry) return false;
        var start = _exit;
        _exit = -1;
        period = row + 1 - start;
        var before = _before;
        _before = start;
        Varying = 0;
        return row >= _from && before >= 0 && before + period == start && period <= Turns.MaxPeriod && IsLike(batch, start, period);
    }

    /// <summary>How many turns from that row on equal the one before; their durations are kept.</summary>
    public ReadOnlySpan<long> Further(EventBatch batch, int row, int period)
    {
        var count = 0;
        for (; row + period <= batch.Count && IsLike(batch, row, period); row += period)
        {
            if (count == _durations.Length) Array.Resize(ref _durations, count * 2);
            _durations[count++] = batch.Heads[row + period - 1].Time - batch.Heads[row].Time;
        }

        return _durations.AsSpan(0, count);
    }

    /// <summary>The rows up to this one were taken as turns.</summary>
    public void Took(int last, int period) => _before = last + 1 - period;

    public void Refused(int row) => _from = row + Patience;

    /// <summary>Whether the rows say what those a period before say, one thread's on one CPU, in the order of their times.</summary>
    private bool IsLike(EventBatch batch, int row, int period)
    {
        var known = batch.Heads.AsSpan(row - period, period);
        var heads = batch.Heads.AsSpan(row, period);
        var time = known[^1].Time;
        var tid = known[0].Tid;
        for (var i = 0; i < heads.Length; i++)
        {
            ref readonly var head = ref heads[i];
            ref readonly var before = ref known[i];
            if (head.Kind != before.Kind || head.Tid != tid || before.Tid != tid || head.Cpu != before.Cpu || (head.Flags | before.Flags) != RowFlags.None
                || head.Buffer != before.Buffer || head.Time < time) return false;
            time = head.Time;
            if (head.Start != before.Start && !SaysSame(batch, head, before, i)) return false;
        }

        return true;
    }

    private bool SaysSame(EventBatch batch, in EventHead head, in EventHead before, int place)
    {
        if (head.Width != before.Width) return false;
        var values = head.Kind < Values.Length ? Values[head.Kind] : 0;
        var slots = batch.Slots.AsSpan(head.Start, head.Width);
        var known = batch.Slots.AsSpan(before.Start, head.Width);
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] == known[i]) continue;
            if ((values >> i & 1) == 0) return false;
            Varying |= 1UL << place;
        }

        return true;
    }

    private static ulong[] ValuesByKind()
    {
        var values = new ulong[KvmEvents.All.Count + 2];
        foreach (var shape in (EventShape[])[KvmPio.Shape, KvmMmio.Shape])
            for (var slot = 0; slot < shape.Fields.Count; slot++)
                if (shape.Fields[slot].Role == FieldRole.Value) values[EventCatalog.KindOf(shape)] |= 1UL << slot;
        return values;
    }
}
