using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>
/// Decodes one block of lines into a batch. Its result depends on the block alone: what it remembers between lines is
/// forgotten between blocks, so that it does not matter which worker gets which block.
/// </summary>
internal sealed class TextDecoder(EventCatalog catalog)
{
    private const int MaxJoinedLines = 8;
    private const int NoSlots = 1;

    /// <summary>Places for what was said after two kinds of events; a power of two less one.</summary>
    private const int ContextMask = 255;

    private readonly KindCache _kinds = new(catalog);
    private readonly byte[] _hints = new byte[4096];
    private TextBlock _block = null!;
    private EventBatch _batch = null!;
    private Pending _pending;
    private bool _gap;
    private int _envelopeOnly = -1;
    private Envelope _heldEnvelope;
    private int _heldLine;
    private Envelope _recent;
    private int _recentStart;
    private Envelope _older;
    private int _olderStart;
    private readonly Tail[] _tails = new Tail[ContextMask + 1];
    private int _lastKind;
    private int _context;
    private int _repeated = -1;

    public void Decode(TextBlock block, EventBatch batch)
    {
        batch.Clear();
        batch.Text = block.Bytes;
        _block = block;
        _batch = batch;
        _pending = new Pending { Row = -1 };
        _envelopeOnly = -1;
        _gap = false;
        _recent = default;
        _older = default;
        _lastKind = 0;
        _context = 0;
        _repeated = -1;
        _tails.AsSpan().Fill(new Tail { Row = -1 });
        _hints.AsSpan(0, Math.Min(_hints.Length, catalog.Count)).Clear();
        var bytes = block.Bytes.AsSpan(0, block.Length);
        var start = 0;
        if (block.BeginsInsideLine)
        {
            // The rest of a line too long to keep: only the newline matters.
            var newline = bytes.IndexOf((byte)'\n');
            start = newline < 0 ? bytes.Length : newline + 1;
        }

        while (start < bytes.Length)
        {
            if (TryRepeatLine(bytes, ref start)) continue;
            var length = bytes[start..].IndexOf((byte)'\n');
            var end = length < 0 ? bytes.Length : start + length;
            Line(start, end);
            start = end + 1;
        }

        FinishPending();
        DropHeldEnvelope();
        batch.EndsInGap = _gap;
    }

    /// <summary>
    /// The whole line at once, where it is byte for byte what is expected: the task, CPU, flags and second of the last line
    /// read, a fraction, and the event that came last in this place (<see cref="TryRepeat"/>). The reading is the same as
    /// <see cref="Line"/>'s, for most lines of most traces.
    /// </summary>
    private bool TryRepeatLine(ReadOnlySpan<byte> bytes, ref int start)
    {
        ref readonly var tail = ref _tails[_context];
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
        var size = tail.Gap + tail.Length;
        if (line.Length <= at + size || line[at + size] != '\n') return false;
        if (!line.Slice(at, size).SequenceEqual(_block.Bytes.AsSpan(tail.Start - tail.Gap, size))) return false;

        FinishPending();
        var batch = _batch;
        batch.Lines.Lines++;
        batch.Lines.Events++;
        var row = batch.AddLike(tail.Row);
        ref readonly var known = ref batch.Heads[tail.Row];
        ref var head = ref batch.Heads[row];
        var kind = known.Kind;
        var name = at + tail.Gap;
        head.Time = _recent.WholeNs + nanoseconds;
        head.Cpu = _recent.Cpu;
        head.Tid = _recent.Tid;
        head.Kind = kind;
        head.Buffer = 0;
        head.Offset = _block.Offset + start;
        head.CommStart = start + _recent.CommStart;
        head.CommLength = _recent.CommLength;
        head.PayloadStart = start + name + tail.PayloadOffset;
        head.PayloadLength = tail.Length - tail.PayloadOffset;
        head.Flags = _gap ? RowFlags.Gap : RowFlags.None;
        _gap = false;
        batch.Timed++;
        if (head.Time < batch.FirstTime) batch.FirstTime = head.Time;
        if (head.Time > batch.LastTime) batch.LastTime = head.Time;
        _pending.Row = row;
        _pending.Shape = catalog.ShapeOf(kind);
        _pending.End = start + at + size;
        _pending.Matched = true;
        _pending.Context = _context;
        _context = ((_lastKind * 31) + kind) & ContextMask;
        _lastKind = kind;
        start += at + size + 1;
        return true;
    }

    /// <summary>Whether the line begins as a known one did, up to the point of its seconds.</summary>
    private bool IsMoment(in Envelope known, int knownStart, ReadOnlySpan<byte> line)
    {
        var length = known.FractionStart;
        return known.HeadLength > 0 && known.TimeForm == TimeForm.Seconds && known.BufferLength == 0 && line.Length > length
            && line[..length].SequenceEqual(_block.Bytes.AsSpan(knownStart, length));
    }

    private void Line(int start, int end)
    {
        _batch.Lines.Lines++;
        if (end - start >= TextBlock.MaxLine - 1)
        {
            _batch.Lines.NotUnderstood++;
            _batch.Health.Count(TraceHealth.LongLine, _block.Offset + start);
            FinishPending();
            return;
        }

        var envelope = default(Envelope);
        var line = Quoting.Strip(_block.Bytes.AsSpan(start, end - start), out var prefix);
        if (line.Length > 0 && line[^1] == '\r') line = line[..^1];
        start += prefix;
        if (TryEnvelope(line, start, ref envelope))
        {
            FinishPending();
            if (envelope.Form == EnvelopeForm.NameMissing)
            {
                DropHeldEnvelope();
                _heldEnvelope = envelope;
                _heldLine = start;
                _envelopeOnly = start;
                return;
            }

            if (envelope.Form == EnvelopeForm.Bare && _envelopeOnly >= 0) AdoptHeldEnvelope(ref envelope, start);
            else DropHeldEnvelope();
            Event(start, line, envelope);
            return;
        }

        DropHeldEnvelope();
        OtherLine(start, line);
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

    private void Event(int start, ReadOnlySpan<byte> line, in Envelope envelope)
    {
        var batch = _batch;
        var repeats = _repeated >= 0;
        var kind = repeats ? batch.Heads[_repeated].Kind
            : envelope.NameLength == 0 ? _kinds.Function : _kinds.Of(line.Slice(envelope.NameStart, envelope.NameLength));
        var shape = catalog.ShapeOf(kind);
        var row = repeats ? batch.AddLike(_repeated) : batch.Add(shape?.Width ?? NoSlots);
        batch.Lines.Events++;
        ref var head = ref batch.Heads[row];
        head.Time = envelope.Time;
        head.Cpu = envelope.Cpu;
        head.Tid = envelope.Tid;
        head.Kind = (ushort)kind;
        head.Buffer = envelope.BufferLength == 0 ? (byte)0 : _kinds.Buffer(line.Slice(envelope.BufferStart, envelope.BufferLength));
        head.Offset = _block.Offset + start;
        head.CommStart = start + envelope.CommStart;
        head.CommLength = envelope.CommLength;
        var payload = start + envelope.PayloadStart;
        var end = start + line.Length;
        head.PayloadStart = payload;
        head.PayloadLength = end - payload;
        if (envelope.Cpu > batch.MaxCpu) batch.MaxCpu = envelope.Cpu;
        var flags = RowFlags.NoTime;
        if (envelope.TimeForm != TimeForm.None)
        {
            flags = RowFlags.None;
            batch.Timed++;
            if (envelope.Time < batch.FirstTime) batch.FirstTime = envelope.Time;
            if (envelope.Time > batch.LastTime) batch.LastTime = envelope.Time;
            if (envelope.TimeForm == TimeForm.Ticks) batch.IntegerTimes++;
        }

        if (_gap)
        {
            flags |= RowFlags.Gap;
            _gap = false;
        }

        if (shape is null) flags |= RowFlags.NoFields;
        head.Flags = flags;
        _pending.Row = row;
        _pending.Shape = shape;
        _pending.End = end;
        _pending.Matched = repeats;
        if (shape is not null && !repeats)
        {
            _pending.Matched = TryPayload(row, shape, payload, end, out _pending.LeftOver);
            if (_pending.Matched && !_pending.LeftOver && !shape.KeepsText && envelope.NameLength > 0) Remember(row, start, line.Length, envelope);
        }

        _pending.Context = _context;
        _context = ((_lastKind * 31) + kind) & ContextMask;
        _lastKind = kind;
    }

    private void Remember(int row, int start, int lineLength, in Envelope envelope) => _tails[_context] = new Tail
    {
        Row = row, Start = start + envelope.NameStart, Length = lineLength - envelope.NameStart, Gap = Gap(envelope),
        NameLength = envelope.NameLength, PayloadOffset = envelope.PayloadStart - envelope.NameStart,
    };

    /// <summary>Bytes between the time's colon and the event's name.</summary>
    private static int Gap(in Envelope envelope) =>
        envelope.TimeForm == TimeForm.Seconds ? envelope.NameStart - (envelope.FractionStart + envelope.FractionDigits + 1) : 0;

    private bool TryPayload(int row, EventShape shape, int payload, int end, out bool leftOver)
    {
        var text = _block.Bytes.AsSpan(payload, end - payload);
        ref readonly var head = ref _batch.Heads[row];
        var slots = _batch.Slots.AsSpan(head.Start, head.Width);
        ref var hint = ref _hints[head.Kind & 4095];
        if (shape.TryRead(text, payload, slots, ref hint, out leftOver) && !leftOver) return true;
        if (text.IndexOf((byte)'=') > 0 && RawFieldReader.TryRead(shape, text, payload, slots))
        {
            leftOver = false;
            return true;
        }

        // Leave the row as the best partial match made it.
        return leftOver && shape.TryRead(text, payload, slots, ref hint, out leftOver);
    }

    /// <summary>A line without an envelope: the rest of a wrapped event, a marker, a comment, or words around the trace.</summary>
    private void OtherLine(int start, ReadOnlySpan<byte> line)
    {
        var kind = LineClassifier.Classify(line, out var cpu, out var lost);
        switch (kind)
        {
            case LineKind.Lost:
                FinishPending();
                LostMarker(start, line, cpu, lost);
                return;
            case LineKind.Stack:
                _batch.Lines.Continuations++;
                return;
            case LineKind.Words when _pending.Row >= 0 && _pending.Joined < MaxJoinedLines:
                if (TryJoin(start, line)) return;
                break;
        }

        switch (kind)
        {
            case LineKind.Blank or LineKind.Comment:
                _batch.Lines.Comments++;
                break;
            case LineKind.Elision:
                _batch.Lines.Comments++;
                _gap = true;
                break;
            case LineKind.NotUnderstood:
                _batch.Lines.NotUnderstood++;
                _batch.Health.Count(TraceHealth.NotUnderstood, _block.Offset + start);
                break;
            default:
                _batch.Lines.Comments++;
                _batch.Health.Count(TraceHealth.Prose, _block.Offset + start);
                if (RemarkFilter.Keeps(line)) _batch.Remarks.Add(new Remark(_block.Offset + start, System.Text.Encoding.UTF8.GetString(line.Trim(" \t"u8))));
                break;
        }

        FinishPending();
    }

    /// <summary>Joins a hard-wrapped line to the event before it, in place; true if the line was taken (or may yet be).</summary>
    private bool TryJoin(int start, ReadOnlySpan<byte> line)
    {
        ref var p = ref _pending;
        if (p.Shape is null)
        {
            // Text of an event without a shape: the line right behind it is its rest.
            if (p.Joined > 0 && !p.Wrapped) return false;
            p.Wrapped = true;
            p.Joined++;
            BlankBetween(p.End, start);
            p.End = start + line.Length;
            _batch.Heads[p.Row].PayloadLength = p.End - _batch.Heads[p.Row].PayloadStart;
            _batch.Lines.Continuations++;
            return true;
        }

        if (p.Matched && !p.LeftOver && (p.Shape.KeepsText || p.Tentative > 0)) return false;
        var payload = _batch.Heads[p.Row].PayloadStart;
        if (p.Joined == 0) _batch.Unshare(p.Row); // what it repeats stays as it is
        BlankBetween(p.TentativeEnd > 0 ? p.TentativeEnd : p.End, start);
        var end = start + line.Length;
        p.Joined++;
        p.Tentative++;
        p.TentativeEnd = end;
        if (TryPayload(p.Row, p.Shape, payload, end, out var leftOver) && !leftOver)
        {
            _batch.Lines.Continuations += p.Tentative;
            _tails[p.Context].Row = -1; // its line alone is not its text
            p.Matched = true;
            p.LeftOver = false;
            p.End = end;
            p.Tentative = 0;
            p.TentativeEnd = 0;
            _batch.Heads[p.Row].PayloadLength = end - payload;
            return true;
        }

        // Not yet whole: read what was there before again, and wait for a further line.
        var matched = TryPayload(p.Row, p.Shape, payload, p.End, out _);
        if (!matched || p.LeftOver) return true;

        // Whole as it was: the line is no part of it, and the caller accounts for it.
        p.Joined--;
        p.Tentative = 0;
        p.TentativeEnd = 0;
        return false;
    }

    private void FinishPending()
    {
        ref var p = ref _pending;
        if (p.Row < 0) return;
        if (p.Tentative > 0 || p.LeftOver || !p.Matched) AccountFor(p);
        p = new Pending { Row = -1 };
    }

    /// <summary>Counts what is wrong with an event, now that no line will mend it.</summary>
    private void AccountFor(in Pending p)
    {
        ref var head = ref _batch.Heads[p.Row];
        if (p.Tentative > 0)
        {
            // Lines taken on trial that never made the event whole are words after all.
            _batch.Lines.Comments += p.Tentative;
            _batch.Health.Count(TraceHealth.Prose, head.Offset, p.Tentative);
        }

        if (p.Shape is not null && !p.Matched)
        {
            head.Flags |= RowFlags.NoFields;
            var payload = _block.Bytes.AsSpan(head.PayloadStart, head.PayloadLength).Trim(" \t\r"u8);
            if (payload.IsEmpty && p.Shape.Fields.Count > 0)
            {
                _batch.Health.Count(TraceHealth.Truncated, head.Offset);
            }
            else
            {
                head.Flags |= RowFlags.NotUnderstood;
                _batch.Health.Count(TraceHealth.PayloadNotUnderstood, head.Offset);
            }
        }
        else if (p.LeftOver)
        {
            _batch.Health.Count(TraceHealth.TrailingText, head.Offset);
        }
    }

    private void LostMarker(int start, ReadOnlySpan<byte> line, int cpu, long lost)
    {
        var batch = _batch;
        var row = batch.Add(NoSlots);
        batch.Lines.LostMarkers++;
        ref var head = ref batch.Heads[row];
        head.Time = 0;
        head.Cpu = cpu;
        head.Tid = -1;
        head.Kind = EventCatalog.LostKind;
        head.Buffer = 0;
        head.Offset = _block.Offset + start;
        head.CommStart = start;
        head.CommLength = 0;
        head.PayloadStart = start;
        head.PayloadLength = line.Length;
        head.Flags = RowFlags.NoTime | RowFlags.NoFields | RowFlags.Lost | (lost >= 0 ? RowFlags.LostCountKnown : RowFlags.None);
        batch.Slots[head.Start] = lost >= 0 ? (ulong)lost : 0;
        if (cpu > batch.MaxCpu) batch.MaxCpu = cpu;
        if (lost >= 0) batch.Health.Count(TraceHealth.LostEvents, _block.Offset + start, lost);
        else batch.Health.Count(TraceHealth.LostUnknown, _block.Offset + start);
    }

    /// <summary>A wrapped line may break between the envelope and the event; the event then stands alone on the next line.</summary>
    private void AdoptHeldEnvelope(ref Envelope envelope, int start)
    {
        var shift = _heldLine - start;
        _batch.Lines.Continuations++;
        envelope.Tid = _heldEnvelope.Tid;
        envelope.Cpu = _heldEnvelope.Cpu;
        envelope.Time = _heldEnvelope.Time;
        envelope.TimeForm = _heldEnvelope.TimeForm;
        envelope.CommStart = _heldEnvelope.CommStart + shift;
        envelope.CommLength = _heldEnvelope.CommLength;
        _envelopeOnly = -1;
    }

    private void DropHeldEnvelope()
    {
        if (_envelopeOnly < 0) return;
        _batch.Lines.NotUnderstood++;
        _batch.Health.Count(TraceHealth.NotUnderstood, _block.Offset + _envelopeOnly);
        _envelopeOnly = -1;
    }

    private void BlankBetween(int from, int to) => _block.Bytes.AsSpan(from, to - from).Fill((byte)' ');

    /// <summary>Where a text stands in the block, from its name to the end of the line.</summary>
    private struct Tail
    {
        public int Row;
        public int Start;
        public int Length;

        /// <summary>Bytes between the time and <see cref="Start"/>.</summary>
        public int Gap;
        public int NameLength;
        public int PayloadOffset;
    }

    /// <summary>The last event, which the next lines may still belong to.</summary>
    private struct Pending
    {
        public int Row;
        public EventShape? Shape;
        public int End;
        public bool Matched;
        public bool LeftOver;
        public bool Wrapped;
        public int Joined;
        public int Tentative;
        public int TentativeEnd;
        public int Context;
    }
}
