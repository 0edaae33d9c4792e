using System.Numerics;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>A run of one repeating sequence while it goes on, and after.</summary>
internal sealed class LoopRun
{
    private const int MaxDoubtful = 1024;

    public required int Period { get; init; }

    /// <summary>By place, where the slots compared last stand in the batch of that number.</summary>
    private int[]? _compared;
    private long _batch;

    /// <summary>Token index of the first event.</summary>
    public required long Start { get; init; }

    /// <summary>Where the piece now running began; pieces are parted by interruptions.</summary>
    public long PieceStart { get; set; }

    /// <summary>Events of the run, those between its pieces left out.</summary>
    public long Own { get; set; }

    public long Iterations => Own / Period;

    /// <summary>From this token on, what shorter runs took is this one's if it comes to enough turns.</summary>
    public long ClaimsFrom { get; set; }

    /// <summary>It had come to enough turns when it was last interrupted: others made way for it then.</summary>
    public bool IsProven { get; set; }

    /// <summary>Token index behind the last event.</summary>
    public long End { get; set; }

    public long StartTime { get; set; }

    /// <summary>First and last event, counted over all events of the thread.</summary>
    public long FirstEvent { get; set; }

    public long LastEvent { get; set; }

    public long EndTime { get; set; }

    public long Interruptions { get; set; }

    /// <summary>Sum of the period's tokens: the same for every rotation.</summary>
    public required ulong Signature { get; init; }

    /// <summary>The first period's events, from the snapshot on.</summary>
    public SavedEvent[]? Template { get; set; }

    /// <summary>The tokens of the template, by which a resumed run finds its place.</summary>
    public uint[] Tokens { get; set; } = [];

    /// <summary>By place in the period: fields that differed between turns.</summary>
    public ulong[]? Varying { get; set; }

    /// <summary>Gaps of other events the run went on behind, and the events in them.</summary>
    public long Gaps { get; set; }

    public long GapEvents { get; set; }

    /// <summary>Runs of shorter periods that ended while this one may still prove to hold them, or their last pieces.</summary>
    public List<LoopRun> Inner { get; } = [];

    /// <summary>What came before the run, chosen.</summary>
    public IReadOnlyList<SavedEvent> Before { get; set; } = [];

    /// <summary>Place in the template of the next token.</summary>
    public int Place { get; set; }

    /// <summary>Exits of the host's own that broke into the run, by reason name.</summary>
    public Dictionary<string, long> InterruptReasons { get; } = [];

    /// <summary>How many of the host's interrupts had been noted when the run last took them.</summary>
    public long InterruptsTaken { get; set; }

    /// <summary>Once an interruption has come: where the tokens stand that go on with the run, until they are as many as a turn has.</summary>
    public List<long> Further { get; } = [];

    /// <summary>Other tokens since the run's last, and between those that go on with it.</summary>
    public long Others { get; private set; }

    public int FurtherGaps { get; private set; }

    public long FurtherGapEvents { get; private set; }

    /// <summary>The state before each of the last pieces, for as long as they may turn out to be part of a longer loop.</summary>
    private readonly List<Piece> _doubtful = [];

    /// <summary>What is left of the run if the one that shows itself now comes to enough turns.</summary>
    private Piece? _fallback;

    /// <summary>Takes one more token of the run, contiguous with the last.</summary>
    public void Take(long index)
    {
        Own++;
        End = index + 1;
        if (++Place == Period) Place = 0;
    }

    /// <summary>
    /// A token behind the last piece: the one that is next in the turn, or another. Tells whether as many events as a turn has went on with the
    /// run: where it broke off in the middle of one, what was left of that and the beginning of the next.
    /// </summary>
    public bool Completes(uint token, long index)
    {
        if (Tokens[(Place + Further.Count) % Period] != token)
        {
            Others++;
            return false;
        }

        if (Others > 0) FurtherGaps++;
        FurtherGapEvents += Others;
        Others = 0;
        Further.Add(index);
        return Further.Count == Period;
    }

    /// <summary>What seemed to go on with the run did not.</summary>
    public void Forget(long index)
    {
        Others = index - End;
        Further.Clear();
        (FurtherGaps, FurtherGapEvents) = (0, 0);
    }

    /// <summary>The run has gone on: with the tokens kept.</summary>
    public void GoOn()
    {
        Gaps += FurtherGaps;
        GapEvents += FurtherGapEvents;
        Interruptions += FurtherGaps;
        PieceStart = Further[^1];
        for (var i = Further.Count - 2; i >= 0 && Further[i] == PieceStart - 1; i--) PieceStart--;
        Own += Further.Count;
        Forget(End = Further[^1] + 1);
    }

    /// <summary>The run has gone on with two turns in a row: in the middle of the turn that was broken into, or with a new turn.</summary>
    public void GoOnWithTwo(long start, int place)
    {
        if (place != Place) Own -= Own % Period;
        Gaps++;
        GapEvents += Math.Max(0, start - End);
        Interruptions++;
        PieceStart = start;
        Own += 2 * Period;
        Place = place;
        Forget(End = start + (2 * Period));
    }

    /// <summary>Remembers the state before the piece that begins at that token, and forgets pieces that began long ago.</summary>
    public void Doubt(long start, long oldest)
    {
        _doubtful.RemoveAll(p => p.Start < oldest);
        if (_doubtful.Count >= MaxDoubtful) _doubtful.RemoveAt(0);
        _doubtful.Add(new Piece(start, End, Own, Place, Gaps, GapEvents, Interruptions, InterruptsTaken, EndTime, LastEvent));
    }

    /// <summary>Another run shows itself, whose last piece began at that token: what lies in it may have to be taken back.</summary>
    public void Yield(long start)
    {
        var at = _doubtful.FindIndex(p => p.Start >= start);
        _fallback = at < 0 ? null : _doubtful[at];
    }

    /// <summary>Whether the other lies between two of the last pieces.</summary>
    public bool LeavesOut(LoopRun other) => _doubtful.Exists(p => other.Start >= p.End && other.End <= p.Start);

    /// <summary>The other run has come to enough turns: the pieces inside it are its own.</summary>
    public void TakeBack()
    {
        if (_fallback is not { } piece) return;
        (_, End, Own, Place, Gaps, GapEvents, Interruptions, InterruptsTaken, EndTime, LastEvent) = piece;
        _doubtful.RemoveAll(p => p.Start >= piece.Start);
        _fallback = null;
    }

    private readonly record struct Piece(long Start, long End, long Own, int Place, long Gaps, long GapEvents, long Interruptions, long InterruptsTaken, long EndTime, long LastEvent);

    /// <summary>Compares a further turn's row; one with the slots of the turn before has nothing new.</summary>
    public void Compare(int place, in EventRow row)
    {
        var slots = row.Head.Start;
        if (_batch != row.Batch.Number || _compared is null)
        {
            _batch = row.Batch.Number;
            _compared ??= new int[Period];
            foreach (ref var start in _compared.AsSpan()) start = -1;
        }

        if (_compared[place] == slots) return;
        _compared[place] = slots;
        Compare(place, row.Slots);
    }

    /// <summary>Compares turns, where they may differ.</summary>
    public void Compare(in Turns turns)
    {
        for (var bits = turns.Varying; bits != 0; bits &= bits - 1)
        {
            var inTurn = BitOperations.TrailingZeroCount(bits);
            for (var turn = 0; turn < turns.Count; turn++) Compare((Place + inTurn) % Period, turns.Row(turn, inTurn));
        }
    }

    /// <summary>Whether a row has the very slots that the last turn's had in the place that is next.</summary>
    public bool Repeats(in EventRow row)
    {
        ref readonly var head = ref row.Head;
        return Template is not null && _compared is { } compared && _batch == row.Batch.Number && compared[Place] == head.Start
            && (head.Flags & RowFlags.NoFields) == 0;
    }

    /// <summary>Marks the fields in which a further turn's event differs from the first turn's.</summary>
    public void Compare(int place, ReadOnlySpan<ulong> slots)
    {
        var first = Template![place].Slots;
        ulong differing = 0;
        var fields = Math.Min(first.Length, slots.Length) - 1;
        for (var i = 0; i < fields; i++)
            if (first[i] != slots[i]) differing |= 1UL << i;
        Varying![place] |= differing;
    }

    public static ulong Sum(ulong sum, uint token) => sum + (BitOperations.RotateLeft(token * 0x9E3779B97F4A7C15UL, 23) ^ token);
}
