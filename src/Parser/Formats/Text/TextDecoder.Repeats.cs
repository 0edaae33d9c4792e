using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Lines that begin like one before, or say what one before said: compared instead of read.</summary>
internal sealed partial class TextDecoder
{
    /// <summary>Places for what was said after two kinds of events; a power of two less one.</summary>
    private const int ContextMask = 255;

    private Envelope _recent;
    private int _recentStart;
    private Envelope _older;
    private int _olderStart;
    private readonly Tail[] _tails = new Tail[ContextMask + 1];
    private int _lastKind;
    private int _context;
    private int _repeated = -1;
    private readonly NumberPlaces _places = new();
    private readonly ulong[] _values = new ulong[ChangingNumbers.Capacity];

    private void ForgetLines()
    {
        _recent = default;
        _older = default;
        _lastKind = 0;
        _context = 0;
        _repeated = -1;
        foreach (ref var tail in _tails.AsSpan()) tail.Row = -1;
    }

    /// <summary>
    /// The whole line at once, where it is byte for byte what is expected: the task, CPU, flags and second of the last line
    /// read, a fraction, and the event that came last in this place (<see cref="TryRepeat"/>). The reading is the same as
    /// <see cref="Line"/>'s, for most lines of most traces.
    /// </summary>
    private bool TryRepeatLine(ReadOnlySpan<byte> bytes, ref int start)
    {
        ref var tail = ref _tails[_context];
        if (tail.Row < 0 || _envelopeOnly >= 0) return false;
        var line = bytes[start..];
        if (!IsMoment(_recent, _recentStart, line))
        {
            if (!IsMoment(_older, _olderStart, line)) return false;
            (_recent, _older) = (_older, _recent);
            (_recentStart, _olderStart) = (_olderStart, _recentStart);
        }

        var at = _recent.FractionStart;
        if (!Digits.TryFraction(line[at..], _recent.FractionDigits, out var nanoseconds)) return false;
        at += _recent.FractionDigits + 1;
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
        head.Time = _recent.WholeNs + nanoseconds;
        head.Cpu = _recent.Cpu;
        head.Tid = _recent.Tid;
        head.Kind = kind;
        head.Buffer = 0;
        head.Offset = _block.Offset + start;
        head.CommStart = start + _recent.CommStart;
        head.CommLength = _recent.CommLength;
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
        _pending.PrefixLength = _recent.PrefixLength;
        _pending.Context = _context;
        _context = ((_lastKind * 31) + kind) & ContextMask;
        _lastKind = kind;
        start += end + 1;
        return true;
    }

    /// <summary>
    /// Where a line ends that reads like the tail but for the numbers that change there (they are put into <see cref="_values"/>); -1 if it does not.
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
            if (!(number.Hex ? ByteText.TryHex(line, ref at, out _values[i]) : ByteText.TryDecimal(line, ref at, out _values[i]))) return -1;
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

    /// <summary>Whether the line begins as a known one did, up to the point of its seconds.</summary>
    private bool IsMoment(in Envelope known, int knownStart, ReadOnlySpan<byte> line)
    {
        var length = known.FractionStart;
        return known.HeadLength > 0 && known.TimeForm == TimeForm.Seconds && known.BufferLength == 0 && line.Length > length
            && line[..length].SequenceEqual(_block.Bytes.AsSpan(knownStart, length));
    }

    /// <summary>Most lines begin like one of the last two: the same task on the same CPU.</summary>
    private bool TryEnvelope(ReadOnlySpan<byte> line, int start, ref Envelope envelope)
    {
        _repeated = -1;
        if (!IsHead(_recent, _recentStart, line))
        {
            if (!IsHead(_older, _olderStart, line)) return TryNewHead(line, start, ref envelope);
            (_recent, _older) = (_older, _recent);
            (_recentStart, _olderStart) = (_olderStart, _recentStart);
        }

        if (!EnvelopeReader.TryReadAs(_recent, line, ref envelope, out var nameAt)) return EnvelopeReader.TryRead(line, ref envelope);
        if (envelope.TimeForm == TimeForm.Seconds && envelope.WholeNs != _recent.WholeNs)
        {
            // From the next second on, lines begin like this one.
            _recent = envelope;
            _recentStart = start;
        }

        if (TryRepeat(line, nameAt, ref envelope)) return true;
        return EnvelopeReader.TryEvent(line, nameAt, ref envelope) || EnvelopeReader.TryRead(line, ref envelope);
    }

    private bool TryNewHead(ReadOnlySpan<byte> line, int start, ref Envelope envelope)
    {
        if (!EnvelopeReader.TryRead(line, ref envelope)) return false;
        if (envelope.HeadLength > 0 && envelope.Form != EnvelopeForm.NameMissing)
        {
            _older = _recent;
            _olderStart = _recentStart;
            _recent = envelope;
            _recentStart = start;
        }

        return true;
    }

    /// <summary>
    /// Traces repeat themselves: after two events of some kinds there often comes the very text, name and payload, that
    /// came after such two before. Then nothing is left to read; the fields are those of that row.
    /// </summary>
    private bool TryRepeat(ReadOnlySpan<byte> line, int nameAt, ref Envelope envelope)
    {
        ref readonly var known = ref _tails[_context];
        if (known.Row < 0 || line.Length - nameAt != known.Length) return false;
        if (!line[nameAt..].SequenceEqual(_block.Bytes.AsSpan(known.Start, known.Length))) return false;
        envelope.NameStart = nameAt;
        envelope.NameLength = known.NameLength;
        envelope.PayloadStart = nameAt + known.PayloadOffset;
        _repeated = known.Row;
        return true;
    }

    private bool IsHead(in Envelope known, int knownStart, ReadOnlySpan<byte> line)
    {
        var length = known.HeadLength;
        return length > 0 && line.Length >= length && line[..length].SequenceEqual(_block.Bytes.AsSpan(knownStart, length));
    }

    private void Remember(int row, int start, int lineLength, in Envelope envelope)
    {
        ref var tail = ref _tails[_context];
        var changing = ChangingSlots(tail, row);
        tail = new Tail
        {
            Row = row, Latest = row, Start = start + envelope.NameStart, Length = lineLength - envelope.NameStart, Gap = Gap(envelope),
            NameLength = envelope.NameLength, PayloadOffset = envelope.PayloadStart - envelope.NameStart, Changing = changing,
        };
        if (changing != 0) tail.Numbers.Fill(_places, changing, tail.PayloadOffset);
    }

    /// <summary>The numbers that were others when such an event last came here; once seen to change, a number is expected to.</summary>
    private ulong ChangingSlots(in Tail last, int row)
    {
        if (last.Row < 0 || _places.Count == 0) return 0;
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

    /// <summary>Where a text stands in the block, from its name to the end of the line.</summary>
    private struct Tail
    {
        public int Row;

        /// <summary>The last row of this text, but for its numbers.</summary>
        public int Latest;
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
