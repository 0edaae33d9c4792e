namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>The first lines of a text: those that are not empty, and among them those that speak of a trace.</summary>
internal sealed class HeadLines
{
    public HeadLines(ReadOnlySpan<byte> head, int most)
    {
        while (!head.IsEmpty && Written.Count < most)
        {
            var newline = head.IndexOf((byte)'\n');
            var line = (newline < 0 ? head : head[..newline]).TrimEnd((byte)'\r');
            head = newline < 0 ? default : head[(newline + 1)..];
            if (line.Trim(" \t"u8).IsEmpty) continue;
            var copy = line.ToArray();
            Written.Add(copy);
            if (Tells(copy)) Telling.Add(copy);
        }
    }

    public List<byte[]> Written { get; } = [];

    public List<byte[]> Telling { get; } = [];

    /// <summary>Whether nearly all (nine of ten) of the lines are so; a few may be cut or stand outside.</summary>
    public static bool Nearly(int so, int all) => so * 10 >= all * 9;

    /// <summary>An event's name, a task's CPU column, a row of perf's tables.</summary>
    private static bool Tells(ReadOnlySpan<byte> line)
    {
        if (line.IndexOf("kvm_"u8) >= 0 || line.IndexOf("  reason "u8) >= 0) return true;
        var bracket = line.IndexOf((byte)'[');
        return bracket >= 0 && line[bracket..].IndexOf((byte)']') is >= 3 and <= 5 and var close && line.Slice(bracket + 1, close - 1).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }
}
