using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay;

/// <summary>
/// Turns of a guest that goes round and round: trips of one thread, row behind row, each of which says what the two before it said but for
/// times and for values that were read or written. All are timed; the lane's trip is the last of them.
/// </summary>
public readonly ref struct Turns
{
    /// <summary>Events of a longer turn are taken one by one.</summary>
    public const int MaxPeriod = 64;

    private readonly EventBatch _batch;

    internal Turns(EventBatch batch, int first, int period, ulong varying, ReadOnlySpan<long> durations, long firstEvent)
    {
        (_batch, First, Period, Varying, FirstEvent) = (batch, first, period, varying, firstEvent);
        Durations = durations;
    }

    /// <summary>Row of the first turn's kvm_exit.</summary>
    public int First { get; }

    /// <summary>Rows of a turn, kvm_exit first, kvm_entry last.</summary>
    public int Period { get; }

    public int Count => Durations.Length;

    /// <summary>Bit k is set where the values in place k may differ from turn to turn.</summary>
    public ulong Varying { get; }

    /// <summary>From exit to entry, turn by turn.</summary>
    public ReadOnlySpan<long> Durations { get; }

    /// <summary>Which event of its thread the first row is, counted from 1.</summary>
    public long FirstEvent { get; }

    /// <summary>Rows of all turns.</summary>
    public int Rows => Count * Period;

    public int Cpu => _batch.Heads[First].Cpu;

    public long LastTime => _batch.Heads[First + Rows - 1].Time;

    /// <summary>The row so many behind the first turn's kvm_exit.</summary>
    public EventRow this[int offset] => _batch[First + offset];

    public EventRow Row(int turn, int place) => _batch[First + (turn * Period) + place];

    public int KindAt(int place) => _batch.Heads[First + place].Kind;

    public long StartOf(int turn) => _batch.Heads[First + (turn * Period)].Time;

    public long EndOf(int turn) => _batch.Heads[First + (turn * Period) + Period - 1].Time;
}
