using System.Numerics;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>A run of one repeating sequence while it goes on, and after.</summary>
internal sealed class LoopRun
{
    public required int Period { get; init; }

    /// <summary>By place, where the slots compared last stand in the batch of that number.</summary>
    private int[]? _compared;
    private long _batch;

    /// <summary>Token index of the first event.</summary>
    public required long Start { get; init; }

    /// <summary>Where the piece now running began; pieces are parted by interruptions.</summary>
    public long PieceStart { get; set; }

    /// <summary>Complete periods of the pieces before.</summary>
    public long IterationsBefore { get; set; }

    /// <summary>Events of a turn that an interruption broke into, which the piece now running completes; between pieces, those of the turn last broken into.</summary>
    public long Carried { get; set; }

    /// <summary>Token index behind the last event of the last piece.</summary>
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

    /// <summary>Runs of shorter periods that lay inside this one when it showed itself.</summary>
    public List<LoopRun> Inner { get; } = [];

    /// <summary>What came before the run, chosen.</summary>
    public IReadOnlyList<SavedEvent> Before { get; set; } = [];

    /// <summary>Place in the template of the next token.</summary>
    public int Place { get; set; }

    /// <summary>Exits of the host's own that broke into the run, by reason name.</summary>
    public Dictionary<string, long> InterruptReasons { get; } = [];

    /// <summary>The state before each of the last pieces, for as long as they may turn out to be part of a longer loop.</summary>
    private List<Piece>? _doubtful;

    public long Iterations(long end) => IterationsBefore + ((end - PieceStart + Carried) / Period);

    /// <summary>The piece ends before the token of that index.</summary>
    public void EndPiece(long end)
    {
        var events = end - PieceStart + Carried;
        IterationsBefore += events / Period;
        Carried = events % Period;
        PieceStart = end;
        End = end;
    }

    /// <summary>A piece begins after an interruption: in the middle of the turn that it broke into, or with a new turn.</summary>
    public void BeginPiece(long start, int place)
    {
        if (place != Place || Template is null) Carried = 0;
        Gaps++;
        GapEvents += Math.Max(0, start - End);
        Interruptions++;
        PieceStart = start;
        Place = place;
    }

    /// <summary>The place in the template at which the turn last broken into began.</summary>
    public int TurnPlace => (int)((Place - Carried + Period) % Period);

    /// <summary>Remembers the state before the piece that begins at that token, and forgets pieces that began long ago.</summary>
    public void Doubt(long start, long oldest)
    {
        _doubtful ??= [];
        _doubtful.RemoveAll(p => p.Start < oldest);
        _doubtful.Add(new Piece(start, End, IterationsBefore, Carried, Place, Gaps, GapEvents, Interruptions, EndTime, LastEvent));
    }

    /// <summary>The pieces that began at the token of that index or later belong to another run.</summary>
    public void TakeBack(long start)
    {
        if (_doubtful is null || (_doubtful.FindIndex(p => p.Start >= start) is var at && at < 0)) return;
        (_, End, IterationsBefore, Carried, Place, Gaps, GapEvents, Interruptions, EndTime, LastEvent) = _doubtful[at];
        PieceStart = End;
        _doubtful.RemoveRange(at, _doubtful.Count - at);
    }

    private readonly record struct Piece(long Start, long End, long Iterations, long Carried, int Place, long Gaps, long GapEvents, long Interruptions, long EndTime, long LastEvent);

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
