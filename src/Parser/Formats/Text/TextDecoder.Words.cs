using System.Numerics;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>What looks like an event, or like a part of one, and is words.</summary>
internal sealed partial class TextDecoder
{
    private bool IsSentence(ReadOnlySpan<byte> line, in Envelope e) =>
        _envelopeOnly < 0 && BareWords.MayBe(line, e) && catalog.ShapeOf(_kinds.Of(line.Slice(e.NameStart, e.NameLength))) is null;

    /// <summary>The same for an event that has a shape, once the line was found to have none of its fields; "reason NO_SUCH" begins like one.</summary>
    private static bool IsWordsAlone(EventShape shape, in EventHead head, ReadOnlySpan<byte> payload) =>
        !shape.BeginsWith(payload) && (head.Flags & RowFlags.NoTime) != 0 && head.Cpu < 0 && head.Tid < 0 && head.CommLength == 0 && !payload.IsEmpty && !payload.ContainsAnyInRange((byte)'0', (byte)'9');

    /// <summary>Lines taken on trial that never made the event whole are words after all.</summary>
    private void CountWords(int lines, long offset)
    {
        if (lines <= 0) return;
        _batch.Lines.Comments += lines;
        _batch.Health.Count(TraceHealth.Prose, offset, lines);
    }

    /// <summary>How many fields the row has.</summary>
    private int Fields(int row)
    {
        ref readonly var head = ref _batch.Heads[row];
        return BitOperations.PopCount(_batch.Slots[head.Start + head.Width - 1]);
    }
}
