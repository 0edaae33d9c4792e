using System.Text;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Formats.Text;
using Xunit;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>Turns of a text that are compared as a whole: how many are taken, and what their rows say.</summary>
public sealed class TurnTextTests
{
    private const string Turn = "q-7 [000] 1.000001: a: n 10\nq-7 [000] 1.000002: b: x\n";

    [Theory]
    [InlineData("q-7 [000] 1.000003: a: n 11\nq-7 [000] 1.000005: b: x\n", 1, "3000 0x11, 5000")]
    [InlineData("q-7 [000] 1.000003: a: n 10\nq-7 [000] 1.000005: b: x\nq-7 [000] 1.999999: a: n ff\nq-7 [000] 1.000000: b: x\n", 2, "3000 0x10, 5000, 999999000 0xff, 0")]
    [InlineData("q-7 [000] 1.000003: a: n 11\nq-7 [000] 1.000005: b: y\n", 0, "")] // other words
    [InlineData("q-7 [001] 1.000003: a: n 11\nq-7 [000] 1.000005: b: x\n", 0, "")] // another CPU
    [InlineData("q-7 [000] 2.000003: a: n 11\nq-7 [000] 1.000005: b: x\n", 0, "")] // another second
    [InlineData("q-7 [000] 1.00000x: a: n 11\nq-7 [000] 1.000005: b: x\n", 0, "")] // no digit
    [InlineData("q-7 [000] 1.000003: a: n 1g\nq-7 [000] 1.000005: b: x\n", 0, "")] // no number
    [InlineData("q-7 [000] 1.000003: a: n 1 \nq-7 [000] 1.000005: b: x\n", 0, "")] // a shorter number
    [InlineData("q-7 [000] 1.000003: a: n 111\nq-7 [000] 1.000005: b: x\n", 0, "")] // a longer one
    [InlineData("q-7 [000] 1.000003: a: n 11\nq-7 [000] 1.000005: b: x", 0, "")] // the end is missing
    [InlineData("q-7 [000] 1.000003: a: n 11\n", 0, "")]
    [InlineData("", 0, "")]
    public void As_many_turns_are_read_as_differ_in_times_and_numbers_alone(string rest, int turns, string rows)
    {
        var bytes = Encoding.ASCII.GetBytes(Turn + rest);
        var batch = BatchOfTurn();
        var text = KnownTurn();
        Assert.Equal(turns, text.Read(bytes, Turn.Length, batch));
        Assert.Equal(2 + (turns * 2), batch.Count);
        Assert.Equal(batch.Count - 2, text.Row);
        Assert.Equal(turns * Turn.Length, text.Start);
        var said = new List<string>();
        for (var row = 2; row < batch.Count; row++)
        {
            ref readonly var head = ref batch.Heads[row];
            ref readonly var first = ref batch.Heads[row % 2];
            var shift = row / 2 * Turn.Length;
            Assert.Equal((first.Offset + shift, first.CommStart + shift, first.PayloadStart + shift), (head.Offset, head.CommStart, head.PayloadStart));
            Assert.Equal((first.Kind, first.Tid, first.Cpu, first.PayloadLength, RowFlags.None), (head.Kind, head.Tid, head.Cpu, head.PayloadLength, head.Flags));
            said.Add(row % 2 == 0 ? $"{head.Time - 1_000_000_000} 0x{batch.Slots[head.Start]:x}" : $"{head.Time - 1_000_000_000}");
        }

        Assert.Equal(rows, string.Join(", ", said));
        Assert.Equal(0x10ul, batch.Slots[batch.Heads[0].Start]); // the first turn says what it said
    }

    [Theory]
    [InlineData(15, false)]
    [InlineData(16, true)]
    [InlineData(65_536, true)]
    [InlineData(65_537, false)]
    public void Turns_that_are_too_short_or_too_long_are_left_to_lines(int length, bool taken)
    {
        var text = new TurnText();
        Assert.Equal(taken, text.TryBegin(0, 0, length));
        Assert.Equal(0, text.Lines);
    }

    private static TurnText KnownTurn()
    {
        var text = new TurnText();
        Assert.True(text.TryBegin(0, 0, Turn.Length));
        text.AddLine(5, 12, 6, 1_000_000_000);
        text.AddNumber(25, 27, new NumberPlace(0, 2, 0, Hex: true));
        text.AddLine(6, 40, 6, 1_000_000_000);
        Assert.Equal([5, 6], text.Places.ToArray());
        return text;
    }

    private static EventBatch BatchOfTurn()
    {
        var batch = new EventBatch(new EventCatalog());
        batch.Clear();
        for (var row = 0; row < 2; row++)
        {
            batch.Add(1);
            ref var head = ref batch.Heads[row];
            (head.Kind, head.Tid, head.Cpu, head.Flags, head.PayloadLength) = ((ushort)(2 + row), 7, 0, RowFlags.Gap, row == 0 ? 4 : 1);
            (head.Time, head.Offset, head.CommStart, head.PayloadStart) = (1_000_001_000 + (row * 1000), row * 28, row * 28, (row * 28) + 23);
            batch.Slots[head.Start] = 0x10;
        }

        return batch;
    }
}
