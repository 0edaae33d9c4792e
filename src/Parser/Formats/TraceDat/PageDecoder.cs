using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Turns ring-buffer pages into rows. Every length is checked against the page; where one is wrong the rest of the page
/// is counted as damaged and the next page begins anew.
/// </summary>
internal sealed class PageDecoder(DatMeta meta, PlanTable plans, TimeMap time)
{
    private const uint CommitMask = (1u << 27) - 1;
    private const uint MissedEvents = 1u << 31;
    private const uint MissedStored = 1u << 30;

    /// <summary>An absolute stamp holds 59 bits; the others are those of the stamp before.</summary>
    private const ulong StampHighBits = 0xf8UL << 56;

    private readonly RingLayout _layout = meta.Layout;
    private readonly bool _big = meta.BigEndian;
    private readonly RecordBits _bits = new(meta.BigEndian, meta.Layout, plans.CommonType, plans.CommonPid);
    private readonly int _pidOffset = plans.CommonPid.Offset;
    private readonly bool _widePid = plans.CommonPid.Size == 4;
    private readonly int _commonSize = new RecordBits(meta.BigEndian, meta.Layout, plans.CommonType, plans.CommonPid).CommonSize;

    /// <summary>
    /// Decodes the page at <paramref name="start"/> of <paramref name="bytes"/>. <paramref name="length"/> is less than
    /// <paramref name="pageSize"/> only at a cut end. Rows carry offset <paramref name="fileOffset"/>, plus their place
    /// in the page where <paramref name="exact"/>.
    /// </summary>
    public void Decode(DecodeUnit unit, byte[] bytes, int start, int length, int pageSize, long fileOffset, bool exact)
    {
        var batch = unit.Batch;
        var layout = _layout;
        if (length < layout.HeaderSize)
        {
            batch.Health.Count(TraceDatHealth.BadPage, fileOffset);
            return;
        }

        var page = bytes.AsSpan(start, length);
        var stamp = U64(page[layout.TimeOffset..]);
        var commit = layout.CommitSize == 8 ? (uint)U64(page[layout.CommitOffset..]) : U32(page[layout.CommitOffset..]);
        var used = commit & CommitMask;
        if (used > pageSize - layout.DataOffset)
        {
            batch.Health.Count(TraceDatHealth.BadPage, fileOffset);
            return;
        }

        var lost = 0L;
        var dataEnd = layout.DataOffset + (int)used;
        if ((commit & MissedEvents) != 0)
        {
            lost = -1;
            if ((commit & MissedStored) != 0 && dataEnd + layout.CommitSize <= length)
            {
                lost = layout.CommitSize == 8 ? (long)U64(page[dataEnd..]) : U32(page[dataEnd..]);
                if (lost <= 0) lost = -1;
            }
        }

        var end = Math.Min(dataEnd, length);
        var cut = dataEnd > length;
        var at = layout.DataOffset;
        unit.Turn.Break();
        var typeMask = (1u << layout.TypeBits) - 1;
        var deltaMask = (1u << layout.DeltaBits) - 1;
        while (at + 4 <= end)
        {
            var word = U32(page[at..]);
            uint type, delta;
            if (_big) (type, delta) = (word >> layout.DeltaBits, word & deltaMask);
            else (type, delta) = (word & typeMask, word >> layout.TypeBits);
            var body = at + 4;
            int size;
            if (type - 1 < layout.DataMax)
            {
                size = (int)type * 4;
            }
            else
            {
                if (type == layout.Padding && delta == 0) break;
                if (body + 4 > end)
                {
                    cut = true;
                    break;
                }

                unit.Turn.Break();
                var next = U32(page[body..]);
                if (type == layout.TimeExtend || type == layout.TimeStamp)
                {
                    var value = ((ulong)next << layout.DeltaBits) + delta;
                    stamp = type == layout.TimeStamp ? (stamp & StampHighBits) | value : stamp + value;
                    at = body + 4;
                    continue;
                }

                if (type == layout.Padding)
                {
                    stamp += delta;
                    if (next > (uint)(end - body)) break;
                    at = body + (int)next;
                    continue;
                }

                if (type != 0 || next < 4 || next > (uint)(end - body))
                {
                    // Not a kind of record, or a length that leaves the page.
                    cut = true;
                    break;
                }

                body += 4;
                size = (int)(next - 4 + 3) & ~3;
            }

            if (size > end - body)
            {
                cut = true;
                break;
            }

            stamp += delta;
            var rowTime = time.IsPlain ? unchecked((long)stamp + time.Offset) : time.Map(stamp, unit.Stream.Cpu);
            var rowOffset = exact ? fileOffset + at : fileOffset;
            if (lost != 0)
            {
                AddLost(unit, rowTime, rowOffset, lost);
                lost = 0;
            }

            var place = AddRow(unit, bytes, start + body, size, rowTime, rowOffset);
            var begun = at;
            at = body + size;
            if (place < 0 || !time.IsPlain) unit.Turn.Break();
            else TakeTurns(unit, bytes, place, start + begun, start + body, ref at, start, end, ref stamp, exact);
        }

        if (lost != 0)
        {
            batch.Health.Count(TraceDatHealth.LostWithoutEvent, fileOffset);
            CountLost(unit, fileOffset, lost);
        }

        if (cut) batch.Health.Count(length < pageSize ? TraceHealth.Truncated : TraceDatHealth.BadPage, exact ? fileOffset + at : fileOffset);
    }

    private static void CountLost(DecodeUnit unit, long offset, long lost)
    {
        unit.Lost.Add(lost);
        if (lost > 0) unit.Batch.Health.Count(TraceHealth.LostEvents, offset, lost);
        else unit.Batch.Health.Count(TraceHealth.LostUnknown, offset);
    }

    private static void AddLost(DecodeUnit unit, long time, long offset, long lost)
    {
        var batch = unit.Batch;
        CountLost(unit, offset, lost);
        ref var head = ref Begin(unit, batch.Add(1), EventCatalog.LostKind, time, offset);
        batch.Slots[head.Start] = lost > 0 ? (ulong)lost : 0;
        head.Tid = -1;
        head.Flags = RowFlags.Lost | RowFlags.NoFields | (lost > 0 ? RowFlags.LostCountKnown : RowFlags.None);
        batch.Lines.Lines++;
        batch.Lines.LostMarkers++;
    }

    /// <summary>The columns that every row of the stream sets alike; text is none of a record's.</summary>
    private static ref EventHead Begin(DecodeUnit unit, int row, int kind, long time, long offset)
    {
        ref var head = ref unit.Batch.Heads[row];
        head.Time = time;
        head.Offset = offset;
        head.Cpu = unit.Stream.Cpu;
        head.Buffer = unit.Stream.Buffer;
        head.Kind = (ushort)kind;
        head.CommStart = 0;
        head.CommLength = -1;
        head.PayloadStart = 0;
        head.PayloadLength = 0;
        return ref head;
    }

    /// <summary>A record was read that came in that place: where it ends a turn, takes those that follow.</summary>
    private void TakeTurns(DecodeUnit unit, byte[] bytes, int place, int word, int body, ref int at, int start, int end, ref ulong stamp, bool exact)
    {
        var batch = unit.Batch;
        var row = batch.Count - 1;
        ref var repeat = ref unit.Repeats.At(place);
        if (unit.Turn.Ends(row, place, repeat.Seen, word, body)) unit.Turn.Learn(batch, row, start + at, plans, _bits, bytes);
        repeat.Seen = row;
        if (!unit.Turn.EndsWith(place)) return;
        var from = start + at;
        var rows = unit.Turn.Read(unit, bytes, ref from, start + end, _bits, ref stamp, time.Offset, exact);
        batch.Lines.Lines += rows;
        batch.Lines.Events += rows;
        at = from - start;
    }

    /// <summary>Adds the record's row; returns the place it came in, or -1 where it may not repeat.</summary>
    private int AddRow(DecodeUnit unit, byte[] bytes, int start, int size, long rowTime, long offset)
    {
        var batch = unit.Batch;
        batch.Lines.Lines++;
        batch.Lines.Events++;
        RecordPlan? plan = null;
        var tid = -1;
        if (size >= _commonSize)
        {
            var record = bytes.AsSpan(start, size);
            var id = _bits.TypeOf(record);
            tid = _widePid ? (int)U32(record[_pidOffset..]) : (short)U16(record[_pidOffset..]);
            plan = plans[id];
        }

        if (plan is null)
        {
            ref var unknown = ref Begin(unit, batch.Add(0), EventCatalog.UnknownKind, rowTime, offset);
            unknown.Tid = tid;
            unknown.Flags = RowFlags.NoFields;
            batch.Health.Count(size < _commonSize ? TraceDatHealth.BadRecord : TraceDatHealth.UnknownEvent, offset);
            return -1;
        }

        var place = unit.Repeats.Of(plan.Kind);
        ref var repeat = ref unit.Repeats.At(place);
        if (repeat.Row >= 0 && plan.Repeatable && repeat.Size == size && batch.Heads[repeat.Row].Kind == plan.Kind
            && bytes.AsSpan(start + _commonSize, size - _commonSize).SequenceEqual(bytes.AsSpan(repeat.Start + _commonSize, size - _commonSize)))
        {
            ref var same = ref Begin(unit, batch.AddLike(repeat.Row), plan.Kind, rowTime, offset);
            same.Tid = tid;
            same.Flags = RowFlags.None;
            return place;
        }

        var row = batch.Add(plan.Width);
        ref var head = ref Begin(unit, row, plan.Kind, rowTime, offset);
        head.Tid = tid;
        if (plan.Shape is not null)
        {
            head.Flags = RowFlags.None;
            FillSlots(unit, plan, bytes, start, size, head.Start, offset);
            if (plan.Repeatable && size >= plan.MinSize) (repeat.Row, repeat.Start, repeat.Size) = (row, start, size);
            return plan.Repeatable && size >= plan.MinSize ? place : -1;
        }

        head.Flags = RowFlags.NoFields;
        var textStart = unit.TextLength;
        if (!plan.Printer!.Print(bytes.AsSpan(start, size), unit)) batch.Health.Count(TraceDatHealth.BadRecord, offset);
        head.PayloadStart = textStart;
        head.PayloadLength = unit.TextLength - textStart;
        return -1;
    }

    private void FillSlots(DecodeUnit unit, RecordPlan plan, byte[] bytes, int start, int size, int slotStart, long offset)
    {
        var slots = unit.Batch.Slots.AsSpan(slotStart, plan.Width);
        var fieldCount = plan.Width - 1;
        var presence = plan.Presence;
        if (plan.HasGaps || size < plan.MinSize) slots.Clear();
        if (size >= plan.MinSize)
        {
            // All number moves are inside the record, so they need no check of their own.
            ref var record = ref MemoryMarshal.GetReference(bytes.AsSpan(start, size));
            foreach (ref readonly var move in plan.Moves.AsSpan())
            {
                if (move.Code >= MoveCode.Inline) MoveText(unit, move, bytes.AsSpan(start, size), slots, ref presence);
                else slots[move.Slot] = Number(move.Code, ref Unsafe.Add(ref record, move.Offset));
            }
        }
        else
        {
            presence = 0;
            unit.Batch.Health.Count(TraceDatHealth.BadRecord, offset);
            foreach (ref readonly var move in plan.Moves.AsSpan())
            {
                if (move.Offset + move.Size > size) continue;
                presence |= 1UL << move.Slot;
                if (move.Code >= MoveCode.Inline) MoveText(unit, move, bytes.AsSpan(start, size), slots, ref presence);
                else slots[move.Slot] = Number(move.Code, ref bytes[start + move.Offset]);
            }
        }

        if ((plan.TextMask & presence) != 0) unit.TextSlots.Add((unit.Batch.Count - 1, plan.TextMask & presence));
        if (plan.NeedsRecord)
        {
            unit.Record.Set(bytes, start, size, plan, meta);
            plan.Shape!.CompleteFromRecord(unit.Record, slots, ref presence);
        }

        slots[fieldCount] = presence;
    }

    private void MoveText(DecodeUnit unit, in FieldMove move, ReadOnlySpan<byte> record, Span<ulong> slots, ref ulong presence)
    {
        var text = ReadOnlySpan<byte>.Empty;
        var ok = true;
        switch (move.Code)
        {
            case MoveCode.Inline:
                text = record.Slice(move.Offset, move.Size);
                break;
            case MoveCode.Constant:
                var address = move.Size == 8 ? U64(record[move.Offset..]) : U32(record[move.Offset..]);
                if (meta.Printk.TryGetValue(address, out var constant)) text = constant;
                else ok = false;
                break;
            default:
                ok = RecordFields.TryDynamic(record, move.Offset, move.Code == MoveCode.RelLoc, _big, out text);
                break;
        }

        if (!ok)
        {
            presence &= ~(1UL << move.Slot);
            slots[move.Slot] = 0;
            return;
        }

        var nul = text.IndexOf((byte)0);
        slots[move.Slot] = unit.AddText(nul < 0 ? text : text[..nul]);
    }

    internal static ulong Number(MoveCode code, ref byte at) => code switch
    {
        MoveCode.U8 => at,
        MoveCode.S8 => (ulong)(sbyte)at,
        MoveCode.U16 => Little(Unsafe.ReadUnaligned<ushort>(ref at)),
        MoveCode.S16 => (ulong)(short)Little(Unsafe.ReadUnaligned<ushort>(ref at)),
        MoveCode.U32 => Little(Unsafe.ReadUnaligned<uint>(ref at)),
        MoveCode.S32 => (ulong)(int)Little(Unsafe.ReadUnaligned<uint>(ref at)),
        MoveCode.U64 => Little(Unsafe.ReadUnaligned<ulong>(ref at)),
        MoveCode.U16Big => BinaryPrimitives.ReverseEndianness(Little(Unsafe.ReadUnaligned<ushort>(ref at))),
        MoveCode.S16Big => (ulong)(short)BinaryPrimitives.ReverseEndianness(Little(Unsafe.ReadUnaligned<ushort>(ref at))),
        MoveCode.U32Big => BinaryPrimitives.ReverseEndianness(Little(Unsafe.ReadUnaligned<uint>(ref at))),
        MoveCode.S32Big => (ulong)(int)BinaryPrimitives.ReverseEndianness(Little(Unsafe.ReadUnaligned<uint>(ref at))),
        _ => BinaryPrimitives.ReverseEndianness(Little(Unsafe.ReadUnaligned<ulong>(ref at))),
    };

    private static ushort Little(ushort value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private static uint Little(uint value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private static ulong Little(ulong value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private int U16(ReadOnlySpan<byte> at) => _big ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

    private uint U32(ReadOnlySpan<byte> at) => _big ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);

    private ulong U64(ReadOnlySpan<byte> at) => _big ? BinaryPrimitives.ReadUInt64BigEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at);
}
