using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Lines that begin like one before, or say what one before said: compared instead of read.</summary>
internal sealed partial class TextDecoder
{
    /// <summary>Places for what was said after two kinds of events; a power of two less one.</summary>
    private const int ContextMask = 255;

    /// <summary>Beginnings of lines followed at a time: a task on a CPU each, as many as vCPUs may take turns.</summary>
    private const int MaxHeads = 16;

    /// <summary>Stands for lines whose beginning is not followed.</summary>
    private const int NoHead = MaxHeads;

    private readonly LineHead[] _heads = new LineHead[MaxHeads + 1];
    private readonly Tail[]?[] _tails = new Tail[MaxHeads + 1][];
    private int _headCount;
    private int _headsMade;

    /// <summary>How the line at hand, or the last one, begins.</summary>
    private int _head = NoHead;

    /// <summary>The block at hand; what was remembered in another is no longer good.</summary>
    private int _generation;
    private int _repeated = -1;
    private readonly NumberPlaces _places = new();
    private readonly ulong[] _values = new ulong[ChangingNumbers.Capacity];
    private readonly (int Start, int End)[] _spans = new (int, int)[ChangingNumbers.Capacity];

    private void ForgetLines()
    {
        _headCount = 0;
        _headsMade = 0;
        _head = NoHead;
        _heads[NoHead] = default;
        _repeated = -1;
        _generation++;
        ForgetTurn();
    }

    /// <summary>The place of what comes next after the last two events of the line's beginning.</summary>
    private int TailIndex => (_head * (ContextMask + 1)) + _heads[_head].Context;

    private bool IsKnown(in Tail tail) => tail.Generation == _generation;

    private ref Tail TailAt(int index) => ref (_tails[index / (ContextMask + 1)] ??= new Tail[ContextMask + 1])[index & ContextMask];

    private void ForgetTail(int index) => TailAt(index).Generation = 0;

    /// <summary>An event of the line's beginning was read; returns the place it came in.</summary>
    private int GoOn(int kind)
    {
        var index = TailIndex;
        ref var head = ref _heads[_head];
        head.Context = ((head.LastKind * 31) + kind) & ContextMask;
        head.LastKind = kind;
        return index;
    }

    /// <summary>
    /// The whole line at once, where it is byte for byte what is expected: the task, CPU, flags and second of the last line
    /// read, a fraction, and the event that came last in this place (<see cref="TryRepeat"/>). The reading is the same as
    /// <see cref="Line"/>'s, for most lines of most traces.
    /// </summary>
    private bool TryRepeatLine(ReadOnlySpan<byte> bytes, ref int start)
    {
        if (_envelopeOnly >= 0) return false;
        if (TryTurns(bytes, ref start)) return true;
        var line = bytes[start..];
        if (!FindHead(line, moment: true)) return false;
        ref var tail = ref TailAt(TailIndex);
        if (!IsKnown(tail)) return false;
        ref readonly var recent = ref _heads[_head].Envelope;
        var at = recent.FractionStart;
        if (!Digits.TryFraction(line[at..], recent.FractionDigits, out var nanoseconds)) return false;
        at += recent.FractionDigits + 1;
        var name = at + tail.Gap;
        var end = at + tail.Gap + tail.Length;
        if (tail.Numbers.Count > 0)
        {
            end = EndOfLike(tail, line, at);
            if (end < 0) return false;
        }
        else if (line.Length <= end || line[end] != '\n' || !line[at..end].SequenceEqual(_block.Bytes.AsSpan(tail.Start - tail.Gap, end - at)))
        {
            return false;
        }

        FinishPending();
        var batch = _batch;
        batch.Lines.Lines++;
        batch.Lines.Events++;
        var row = tail.Numbers.Count > 0 ? AddWithNumbers(ref tail) : batch.AddLike(tail.Row);
        ref readonly var known = ref batch.Heads[tail.Row];
        ref var head = ref batch.Heads[row];
        var kind = known.Kind;
        head.Time = recent.WholeNs + nanoseconds;
        head.Cpu = recent.Cpu;
        head.Tid = recent.Tid;
        head.Kind = kind;
        head.Buffer = 0;
        head.Offset = _block.Offset + start;
        head.CommStart = start + recent.CommStart;
        head.CommLength = recent.CommLength;
        head.PayloadStart = start + name + tail.PayloadOffset;
        head.PayloadLength = end - name - tail.PayloadOffset;
        head.Flags = _gap ? RowFlags.Gap : RowFlags.None;
        _gap = false;
        batch.Timed++;
        if (head.Time < batch.FirstTime) batch.FirstTime = head.Time;
        if (head.Time > batch.LastTime) batch.LastTime = head.Time;
        _pending.Row = row;
        _pending.Shape = catalog.ShapeOf(kind);
        _pending.End = start + end;
        _pending.Matched = true;
        _pending.LineStart = start;
        _pending.PrefixLength = recent.PrefixLength;
        _pending.Context = GoOn(kind);
        start += end + 1;
        SeeLine(row, _pending.Context, ref tail, bytes, start);
        return true;
    }

    /// <summary>
    /// Where a line ends that reads like the tail but for the numbers that change there, which are put into <see cref="_values"/>, and where they
    /// stand into <see cref="_spans"/>; -1 if it does not.
    /// </summary>
    private int EndOfLike(in Tail tail, ReadOnlySpan<byte> line, int at)
    {
        var known = _block.Bytes.AsSpan(tail.Start - tail.Gap, tail.Gap + tail.Length);
        var done = 0;
        for (var i = 0; i < tail.Numbers.Count; i++)
        {
            ref readonly var number = ref tail.Numbers[i];
            var words = known[done..(tail.Gap + number.Start)];
            if (!line[at..].StartsWith(words)) return -1;
            at += words.Length;
            var start = at;
            if (!(number.Hex ? ByteText.TryHex(line, ref at, out _values[i]) : ByteText.TryDecimal(line, ref at, out _values[i]))) return -1;
            _spans[i] = (start, at);
            done = tail.Gap + number.Start + number.Length;
        }

        var rest = known[done..];
        var end = at + rest.Length;
        return line.Length > end && line[end] == '\n' && line[at..end].SequenceEqual(rest) ? end : -1;
    }

    /// <summary>A row like the last in this place, with the numbers just read.</summary>
    private int AddWithNumbers(ref Tail tail)
    {
        var batch = _batch;
        var width = batch.Heads[tail.Latest].Width;
        var from = batch.Heads[tail.Latest].Start;
        var known = batch.Slots.AsSpan(from, width);
        var same = true;
        for (var i = 0; i < tail.Numbers.Count; i++) same &= known[tail.Numbers[i].Slot] == _values[i];
        if (same) return batch.AddLike(tail.Latest);
        var row = batch.Add(width);
        var slots = batch.Slots.AsSpan(batch.Heads[row].Start, width);
        batch.Slots.AsSpan(from, width).CopyTo(slots);
        for (var i = 0; i < tail.Numbers.Count; i++) slots[tail.Numbers[i].Slot] = _values[i];
        return tail.Latest = row;
    }

    /// <summary>Which known line this one begins like, up to its time or (<paramref name="moment"/>) to the point of its seconds.</summary>
    private bool FindHead(ReadOnlySpan<byte> line, bool moment)
    {
        if (BeginsLike(_heads[_head], line, moment)) return true;
        for (var i = 0; i < _headCount; i++)
        {
            if (!BeginsLike(_heads[i], line, moment)) continue;
            _head = i;
            return true;
        }

        return false;
    }

    private bool BeginsLike(in LineHead head, ReadOnlySpan<byte> line, bool moment)
    {
        var length = moment ? head.MomentLength : head.Envelope.HeadLength;
        return length > 0 && line.Length > length && line[..length].SequenceEqual(_block.Bytes.AsSpan(head.Start, length));
    }

    /// <summary>Most lines begin like one before: the same task on the same CPU.</summary>
    private bool TryEnvelope(ReadOnlySpan<byte> line, int start, ref Envelope envelope)
    {
        _repeated = -1;
        if (!FindHead(line, moment: false)) return TryNewHead(line, start, ref envelope);
        ref var head = ref _heads[_head];
        if (!EnvelopeReader.TryReadAs(head.Envelope, line, ref envelope, out var nameAt)) return EnvelopeReader.TryRead(line, ref envelope);
        if (envelope.TimeForm == TimeForm.Seconds && envelope.WholeNs != head.Envelope.WholeNs)
        {
            // From the next second on, lines begin like this one.
            head.Begin(envelope, start);
        }

        if (TryRepeat(line, nameAt, ref envelope)) return true;
        return EnvelopeReader.TryEvent(line, nameAt, ref envelope) || EnvelopeReader.TryRead(line, ref envelope);
    }

    private bool TryNewHead(ReadOnlySpan<byte> line, int start, ref Envelope envelope)
    {
        _head = NoHead;
        if (!EnvelopeReader.TryRead(line, ref envelope)) return false;
        if (envelope.HeadLength > 0 && envelope.Form != EnvelopeForm.NameMissing)
        {
            _head = _headsMade++ % MaxHeads;
            _headCount = Math.Min(MaxHeads, _headsMade);
            _heads[_head] = default;
            _heads[_head].Begin(envelope, start);
        }

        return true;
    }

    /// <summary>
    /// Traces repeat themselves: after two events of some kinds there often comes the very text, name and payload, that
    /// came after such two before. Then nothing is left to read; the fields are those of that row.
    /// </summary>
    private bool TryRepeat(ReadOnlySpan<byte> line, int nameAt, ref Envelope envelope)
    {
        ref readonly var known = ref TailAt(TailIndex);
        if (!IsKnown(known) || line.Length - nameAt != known.Length) return false;
        if (!line[nameAt..].SequenceEqual(_block.Bytes.AsSpan(known.Start, known.Length))) return false;
        envelope.NameStart = nameAt;
        envelope.NameLength = known.NameLength;
        envelope.PayloadStart = nameAt + known.PayloadOffset;
        _repeated = known.Row;
        return true;
    }

    private void Remember(int row, int start, int lineLength, in Envelope envelope)
    {
        ref var tail = ref TailAt(TailIndex);
        var changing = ChangingSlots(tail, row);
        tail = new Tail
        {
            Generation = _generation, Row = row, Latest = row, Seen = row, Start = start + envelope.NameStart, Length = lineLength - envelope.NameStart, Gap = Gap(envelope),
            NameLength = envelope.NameLength, PayloadOffset = envelope.PayloadStart - envelope.NameStart, Changing = changing,
        };
        if (changing != 0) tail.Numbers.Fill(_places, changing, tail.PayloadOffset);
    }

    /// <summary>The numbers that were others when such an event last came here; once seen to change, a number is expected to.</summary>
    private ulong ChangingSlots(in Tail last, int row)
    {
        if (!IsKnown(last) || _places.Count == 0) return 0;
        ref readonly var before = ref _batch.Heads[last.Latest];
        ref readonly var now = ref _batch.Heads[row];
        if (before.Kind != now.Kind) return 0;
        var changing = last.Changing;
        for (var i = 0; i < _places.Count; i++)
        {
            var slot = _places[i].Slot;
            if (_batch.Slots[before.Start + slot] != _batch.Slots[now.Start + slot]) changing |= 1UL << slot;
        }

        return changing;
    }

    /// <summary>Bytes between the time's colon and the event's name.</summary>
    private static int Gap(in Envelope envelope) =>
        envelope.TimeForm == TimeForm.Seconds ? envelope.NameStart - (envelope.FractionStart + envelope.FractionDigits + 1) : 0;

    /// <summary>How lines of one task on one CPU begin, and the kinds of its last events.</summary>
    private struct LineHead
    {
        public Envelope Envelope;

        /// <summary>Where such a line stands in the block.</summary>
        public int Start;

        /// <summary>Bytes up to the point of its seconds; 0 where the time has another form.</summary>
        public int MomentLength;
        public int LastKind;
        public int Context;

        public void Begin(in Envelope envelope, int start)
        {
            Envelope = envelope;
            Start = start;
            var whole = envelope.HeadLength > 0 && envelope.TimeForm == TimeForm.Seconds && envelope.BufferLength == 0;
            MomentLength = whole ? envelope.FractionStart : 0;
        }
    }

    /// <summary>Where a text stands in the block, from its name to the end of the line.</summary>
    private struct Tail
    {
        /// <summary>The block it stands in.</summary>
        public int Generation;

        public int Row;

        /// <summary>The last row of this text, but for its numbers.</summary>
        public int Latest;

        /// <summary>The last row that came in this place.</summary>
        public int Seen;
        public int Start;
        public int Length;

        /// <summary>Bytes between the time and <see cref="Start"/>.</summary>
        public int Gap;
        public int NameLength;
        public int PayloadOffset;

        /// <summary>Slots of the numbers that change.</summary>
        public ulong Changing;

        /// <summary>Where those stand, from <see cref="Start"/> on; none where they are too many to be worth it.</summary>
        public ChangingNumbers Numbers;
    }
}
