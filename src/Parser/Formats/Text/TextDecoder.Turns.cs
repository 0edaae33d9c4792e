using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Lines that come again and again in the same order are compared a turn at a time.</summary>
internal sealed partial class TextDecoder
{
    private readonly TurnText _turn = new();

    /// <summary>The places that the last rows came in, by row.</summary>
    private readonly int[] _cameIn = new int[TurnRows.MaxRows];

    /// <summary>How many rows before the last line one came in its place, and how many lines on end were as far from theirs.</summary>
    private int _distance;
    private int _steady;

    private ref int CameIn(int row) => ref _cameIn[row & (TurnRows.MaxRows - 1)];

    private void ForgetTurn()
    {
        _turn.Forget();
        _steady = 0;
    }

    /// <summary>Where the line before ended a turn: takes all turns that follow.</summary>
    private bool TryTurns(ReadOnlySpan<byte> bytes, ref int start)
    {
        if (_turn.Lines == 0 || _pending is not { Row: >= 0, Matched: true, LeftOver: false, Tentative: 0 } || _pending.Context != _turn.Places[^1]) return false;
        var turns = _turn.Read(bytes, start, _batch);
        if (turns == 0) return false;
        start += turns * _turn.Length;
        var rows = turns * _turn.Lines;
        _batch.Lines.Lines += rows;
        _batch.Lines.Events += rows;
        _batch.Timed += rows;
        for (var row = _turn.Row; row < _batch.Count; row++)
        {
            // A row stands a multiple of the turn's lines behind the one in its place.
            var place = _turn.Places[row - _turn.Row];
            TailAt(place).Seen = row;
            CameIn(row) = place;
        }

        ref readonly var last = ref _batch.Heads[_batch.Count - 1];
        var ends = _turn.Places[^1];
        _pending = new Pending
        {
            Row = _batch.Count - 1, Shape = catalog.ShapeOf(last.Kind), Matched = true, End = last.PayloadStart + last.PayloadLength,
            LineStart = StartOf(last), PrefixLength = _heads[ends / (ContextMask + 1)].Envelope.PrefixLength, Context = ends,
        };
        return true;
    }

    /// <summary>A line was read by comparing it. When as many on end were as lie between it and the last in its place, they are a turn.</summary>
    private void SeeLine(int row, int place, ref Tail tail, ReadOnlySpan<byte> bytes, int end)
    {
        CameIn(row) = place;
        var distance = row - tail.Seen;
        tail.Seen = row;
        if (distance != _distance) (_distance, _steady) = (distance, 0);
        if (++_steady < distance || distance > TurnRows.MaxRows) return;
        _steady = 0;
        LearnTurn(row + 1 - distance, distance, bytes, end);
    }

    private void LearnTurn(int row, int lines, ReadOnlySpan<byte> bytes, int end)
    {
        var heads = _batch.Heads.AsSpan(row, lines);
        var start = StartOf(heads[0]);
        if (!_turn.TryBegin(row, start, end - start)) return;
        for (var i = 0; i < lines; i++)
        {
            ref readonly var head = ref heads[i];
            var place = CameIn(row + i);
            ref readonly var envelope = ref _heads[place / (ContextMask + 1)].Envelope;
            ref readonly var tail = ref TailAt(place);
            var line = StartOf(head);
            _turn.AddLine(place, line - start + envelope.FractionStart, envelope.FractionDigits, envelope.WholeNs);
            if (tail.Numbers.Count == 0) continue;
            EndOfLike(tail, bytes[line..], envelope.FractionStart + envelope.FractionDigits + 1);
            for (var n = 0; n < tail.Numbers.Count; n++) _turn.AddNumber(line - start + _spans[n].Start, line - start + _spans[n].End, tail.Numbers[n]);
        }
    }

    private int StartOf(in EventHead head) => (int)(head.Offset - _block.Offset);
}
