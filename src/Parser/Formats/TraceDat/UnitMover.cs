using System.Numerics;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Takes rows of units into the batch that is handed out. Where few CPUs are merged a batch holds most of a unit, and its slots and
/// text are copied once, whole; where many are, it holds a few rows of each, and only what these have is copied.
/// </summary>
internal sealed class UnitMover(EventBatch to)
{
    private int _text;

    /// <summary>Which batch it is; tells what was copied into it from what was copied before.</summary>
    public int Number { get; private set; }

    public void Restart()
    {
        to.Clear();
        _text = 0;
        Number++;
    }

    /// <param name="lane">Whose rows, from the next on.</param>
    /// <param name="end">The row behind the last one.</param>
    /// <param name="whole">Most of the unit goes into this batch; what was said first of a batch holds for it.</param>
    public void Move(MergeLane lane, int end, bool whole)
    {
        if (lane.CopiedTo != Number)
        {
            (lane.CopiedTo, lane.CopiedWhole) = (Number, whole);
            if (whole) CopyContent(lane);
            else lane.Shared.Clear();
        }

        var heads = to.AddHeads(lane.Batch.Heads.AsSpan(lane.Row, end - lane.Row));
        if (lane.CopiedWhole) MoveWhole(lane, heads);
        else MoveRows(lane, heads);
        lane.MoveTo(end);
    }

    private static void MoveWhole(MergeLane lane, Span<EventHead> heads)
    {
        var slotShift = lane.SlotShift;
        var textShift = lane.TextShift;
        foreach (ref var head in heads)
        {
            head.Start += slotShift;
            if (head.PayloadLength > 0) head.PayloadStart += textShift;
        }
    }

    private void CopyContent(MergeLane lane)
    {
        var unit = lane.Unit!;
        var from = unit.Batch;
        lane.SlotShift = to.AddSlots(from.Slots.AsSpan(0, from.SlotCount));
        lane.TextShift = _text;
        if (unit.TextLength == 0) return;
        AddText(from.Text.AsSpan(0, unit.TextLength));
        foreach (var (row, textSlots) in unit.TextSlots)
        {
            var slots = lane.SlotShift + from.Heads[row].Start;
            for (var mask = textSlots; mask != 0; mask &= mask - 1) to.Slots[slots + BitOperations.TrailingZeroCount(mask)] += (ulong)lane.TextShift;
        }
    }

    private void MoveRows(MergeLane lane, Span<EventHead> heads)
    {
        var from = lane.Batch;
        for (var i = 0; i < heads.Length; i++)
        {
            ref var head = ref heads[i];
            if (head.PayloadLength > 0) head.PayloadStart = AddText(from.Text.AsSpan(head.PayloadStart, head.PayloadLength));
            if (head.Width == 0) continue;
            if (lane.Shared.TryGet(head.Start, out var copied))
            {
                head.Start = copied;
                continue;
            }

            var start = to.AddSlots(from.Slots.AsSpan(head.Start, head.Width));
            lane.Shared.Put(head.Start, start);
            head.Start = start;
            if (lane.TextSlotsOf(lane.Row + i) is var mask && mask != 0) MoveTexts(from, start, mask);
        }
    }

    private void MoveTexts(EventBatch from, int start, ulong mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            ref var slot = ref to.Slots[start + BitOperations.TrailingZeroCount(mask)];
            var length = TextRef.Length(slot);
            slot = TextRef.Make(AddText(from.Text.AsSpan(TextRef.Offset(slot), length)), length);
        }
    }

    private int AddText(ReadOnlySpan<byte> text)
    {
        var at = _text;
        var end = at + text.Length;
        if (end > to.Text.Length) Array.Resize(ref to.Text, Math.Max(to.Text.Length * 2, end));
        text.CopyTo(to.Text.AsSpan(at));
        _text = end;
        return at;
    }
}
