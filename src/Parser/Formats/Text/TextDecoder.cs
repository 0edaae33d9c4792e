using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Pipeline;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>
/// Decodes one block of lines into a batch. Its result depends on the block alone: what it remembers between lines is
/// forgotten between blocks, so that it does not matter which worker gets which block.
/// </summary>
internal sealed partial class TextDecoder(EventCatalog catalog, DecodeTurn turn)
{
    private const int MaxJoinedLines = 8;
    private const int NoSlots = 1;

    /// <summary>No terminal is narrower.</summary>
    private const int NarrowestCut = 78;

    private readonly KindCache _kinds = new(catalog, turn);
    private readonly byte[] _hints = new byte[4096];
    private TextBlock _block = null!;
    private EventBatch _batch = null!;
    private Pending _pending;
    private bool _gap;
    private int _envelopeOnly = -1;
    private int _tableKind = -1;
    private Envelope _heldEnvelope;
    private int _heldLine;

    public void Decode(TextBlock block, EventBatch batch)
    {
        batch.Clear();
        batch.Text = block.Bytes;
        _block = block;
        _batch = batch;
        _pending = new Pending { Row = -1 };
        _envelopeOnly = -1;
        _tableKind = -1;
        _gap = false;
        ForgetLines();
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

    private void Line(int start, int end)
    {
        _batch.Lines.Lines++;
        _steady = 0;
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
        var marked = line;
        var unmarked = start;
        line = Quoting.Unmark(line, out prefix);
        start += prefix;
        var sentence = false;
        if ((TryEnvelope(line, start, ref envelope) && !(sentence = IsSentence(line, envelope))) || (_envelopeOnly >= 0 && EnvelopeReader.TryNameAlone(line, ref envelope)))
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

        if (_pending is { Row: >= 0, PrefixLength: > 0 })
        {
            var same = LogPrefix.Same(_block.Bytes.AsSpan(_pending.LineStart, _pending.PrefixLength), line);
            start += same;
            line = line[same..];
        }

        // What is left out, and what is empty, is so inside a list or a log too.
        var kind = LineClassifier.Classify(marked, out var cpu, out var lost);
        if (sentence) kind = LineKind.Words;
        if (kind == LineKind.Words && line.Length < marked.Length && LineClassifier.Classify(line, out _, out _) is (LineKind.Elision or LineKind.Blank) and var inner) kind = inner;
        if (kind == LineKind.Blank)
        {
            // Some mailers put an empty line between any two: what is not whole may go on.
            _batch.Lines.Comments++;
            if (_pending.Row >= 0 && (_pending.Shape is null || (_pending.Matched && !_pending.LeftOver))) FinishPending();
            return;
        }

        DropHeldEnvelope();
        if (kind == LineKind.Lost)
        {
            FinishPending();
            LostMarker(unmarked, marked, cpu, lost);
            return;
        }

        // A wrapped payload may begin with what else begins a comment: "kvm_inj_exception:" and then "#PF (0x2)".
        if (kind == LineKind.Comment && marked.TrimStart(" \t"u8) is [(byte)'#', ..] && line.Length > 0 && _pending is { Row: >= 0, Shape: not null, Matched: false }) kind = LineKind.Words;
        OtherLine(unmarked, marked, start, line, kind);
    }

    private void Event(int start, ReadOnlySpan<byte> line, in Envelope envelope)
    {
        var batch = _batch;
        var repeats = _repeated >= 0;
        var kind = repeats ? batch.Heads[_repeated].Kind
            : envelope.IsUnnamed ? EventCatalog.UnknownKind : envelope.NameLength == 0 ? _kinds.Function : _kinds.Of(line.Slice(envelope.NameStart, envelope.NameLength));
        var shape = catalog.ShapeOf(kind);
        var row = repeats ? batch.AddLike(_repeated) : batch.Add(shape?.Width ?? NoSlots);
        batch.Lines.Events++;
        ref var head = ref batch.Heads[row];
        head.Time = envelope.Time;
        head.Cpu = envelope.Cpu;
        head.Tid = envelope.Tid;
        head.Kind = (ushort)kind;
        head.Buffer = envelope.BufferLength == 0 ? (byte)0 : _kinds.Buffer(_block.Bytes.AsSpan(start + envelope.BufferStart, envelope.BufferLength));
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
        _pending.LineStart = start;
        _pending.PrefixLength = envelope.PrefixLength;
        if (shape is not null && !repeats)
        {
            _pending.Matched = TryPayload(row, shape, payload, end, out _pending.LeftOver);
            if (_pending.Matched && !_pending.LeftOver && !shape.KeepsText && envelope.NameLength > 0) Remember(row, start, line.Length, envelope);
        }

        _pending.Context = GoOn(kind);
    }

    private bool TryPayload(int row, EventShape shape, int payload, int end, out bool leftOver)
    {
        var text = _block.Bytes.AsSpan(payload, end - payload);
        ref readonly var head = ref _batch.Heads[row];
        var slots = _batch.Slots.AsSpan(head.Start, head.Width);
        ref var hint = ref _hints[head.Kind & 4095];
        if (shape.TryRead(text, payload, slots, ref hint, out leftOver, _places) && !leftOver) return true;
        if (text.IndexOf((byte)'=') > 0 && RawFieldReader.TryRead(shape, text, payload, slots))
        {
            leftOver = false;
            return true;
        }

        // Leave the row as the best partial match made it.
        return leftOver && shape.TryRead(text, payload, slots, ref hint, out leftOver);
    }

    /// <summary>A line without an envelope: the rest of a wrapped event, a marker, a comment, or words around the trace.</summary>
    private void OtherLine(int start, ReadOnlySpan<byte> line, int bareStart, ReadOnlySpan<byte> bare, LineKind kind)
    {
        switch (kind)
        {
            case LineKind.Stack:
                _batch.Lines.Continuations++;
                return;
            case LineKind.Words when _pending.Row >= 0 && _pending.Joined < MaxJoinedLines:
                if (TryJoin(bareStart, bare)) return;
                break;
        }

        switch (kind)
        {
            case LineKind.Comment when TryShare(start, line):
                return;
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

    /// <summary>A row of a table of shares, read as the event that the table's first line names, else as an exit.</summary>
    private bool TryShare(int start, ReadOnlySpan<byte> line)
    {
        if (ShareTable.TryHeader(line, out var name)) _tableKind = _kinds.Of(name);
        if (!ShareTable.TryRow(line, out var at)) return false;
        var kind = _tableKind >= 0 ? _tableKind : _kinds.Of("kvm_exit"u8);
        if (catalog.ShapeOf(kind) is not { } shape) return false;
        var batch = _batch;
        var row = batch.Add(shape.Width);
        ref var head = ref batch.Heads[row];
        head.Kind = (ushort)kind;
        if (!TryPayload(row, shape, start + at, start + line.Length, out var leftOver) || leftOver)
        {
            batch.RemoveLast();
            return false;
        }

        FinishPending();
        batch.Lines.Events++;
        batch.Health.Count(TraceHealth.Shares, _block.Offset + start);
        head.Time = 0;
        head.Cpu = -1;
        head.Tid = -1;
        head.Buffer = 0;
        head.Offset = _block.Offset + start;
        head.CommStart = start;
        head.CommLength = 0;
        head.PayloadStart = start + at;
        head.PayloadLength = line.Length - at;
        head.Flags = RowFlags.NoTime;
        return true;
    }

    /// <summary>Joins a hard-wrapped line to the event before it, in place; true if the line was taken (or may yet be).</summary>
    private bool TryJoin(int start, ReadOnlySpan<byte> line)
    {
        ForgetTurn(); // its last line is changed
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

        if (p.Matched && !p.LeftOver && (p.Shape.KeepsText || (p.Tentative > 0 && !p.Grows))) return false;
        var payload = _batch.Heads[p.Row].PayloadStart;
        if (p.Joined == 0) _batch.Unshare(p.Row); // what it repeats stays as it is
        var shape = p.Shape;
        if (p.Tentative == 0 && TryJoinTight(ref p, shape, start, line)) return true;
        BlankBetween(p.TentativeEnd > 0 ? p.TentativeEnd : p.End, start);
        var end = start + line.Length;
        p.Joined++;
        p.Tentative++;
        p.TentativeEnd = end;
        var had = Fields(p.Row);
        var read = TryPayload(p.Row, shape, payload, end, out var leftOver);
        if (read && (!leftOver || !p.Matched))
        {
            _batch.Lines.Continuations += p.Tentative;
            ForgetTail(p.Context); // its line alone is not its text
            p.Matched = true;
            p.LeftOver = leftOver;
            p.End = end;
            p.Tentative = 0;
            p.TentativeEnd = 0;
            _batch.Heads[p.Row].PayloadLength = end - payload;
            return true;
        }

        // Not yet whole: read what was there before again, and wait for a further line.
        p.Grows = read && p.Matched && Fields(p.Row) > had;
        var matched = TryPayload(p.Row, shape, payload, p.End, out _);
        if (!matched || p.LeftOver || p.Grows) return true;

        // Whole as it was: the line is no part of it, and the caller accounts for it.
        p.Joined--;
        CountWords(p.Tentative - 1, _batch.Heads[p.Row].Offset);
        p.Tentative = 0;
        p.TentativeEnd = 0;
        return false;
    }

    /// <summary>A terminal cuts lines at its width, in the middle of words: the line's two parts touch.</summary>
    private bool TryJoinTight(ref Pending p, EventShape shape, int start, ReadOnlySpan<byte> line)
    {
        var bytes = _block.Bytes;
        if (p.End - p.LineStart < NarrowestCut || shape.KeepsText || line.IsEmpty || !IsWord(line[0]) || !IsWord(bytes[p.End - 1])) return false;
        var gap = start - p.End;
        var payload = _batch.Heads[p.Row].PayloadStart;
        var size = p.End - payload;
        bytes.AsSpan(payload, size).CopyTo(bytes.AsSpan(payload + gap));
        var end = start + line.Length;
        if (TryPayload(p.Row, shape, payload + gap, end, out var leftOver) && !leftOver)
        {
            _batch.Lines.Continuations++;
            ForgetTail(p.Context);
            p.Matched = true;
            p.LeftOver = false;
            p.LineStart = start; // a third part is cut at the same width
            p.End = end;
            p.Joined++;
            _batch.Heads[p.Row].PayloadStart = payload + gap;
            _batch.Heads[p.Row].PayloadLength = end - payload - gap;
            return true;
        }

        bytes.AsSpan(payload + gap, size).CopyTo(bytes.AsSpan(payload));
        BlankBetween(p.End, start);
        p.Matched = TryPayload(p.Row, shape, payload, p.End, out p.LeftOver);
        return false;
    }

    private static bool IsWord(byte b) => ByteText.IsDigit(b) || (uint)((b | 0x20) - 'a') < 26 || b == '_';

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
        CountWords(p.Tentative, head.Offset);
        if (p.Shape is not null && !p.Matched)
        {
            var payload = _block.Bytes.AsSpan(head.PayloadStart, head.PayloadLength).Trim(" \t\r"u8);
            if (p.Shape.TryReadPartly(payload, _batch.Slots.AsSpan(head.Start, head.Width)))
            {
                head.Flags |= RowFlags.Partial;
                _batch.Health.Count(TraceHealth.PartialFields, head.Offset);
                return;
            }

            if (IsWordsAlone(p.Shape, head, payload) && p.Row == _batch.Count - 1)
            {
                _gap |= (head.Flags & RowFlags.Gap) != 0;
                _batch.Lines.Events--;
                _batch.Lines.Comments++;
                _batch.Health.Count(TraceHealth.Prose, head.Offset);
                _batch.RemoveLast();
                return;
            }

            head.Flags |= RowFlags.NoFields;
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
        envelope.BufferStart = _heldEnvelope.BufferStart + shift;
        envelope.BufferLength = _heldEnvelope.BufferLength;
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

        /// <summary>The last line on trial brought further fields, and words that are none yet.</summary>
        public bool Grows;
        public int TentativeEnd;
        public int Context;

        /// <summary>Where the event's line began, and the bytes that a log put before it.</summary>
        public int LineStart;
        public int PrefixLength;
    }
}
