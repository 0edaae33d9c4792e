namespace KvmTraceLab.Tests.Analysis.Loops;

/// <summary>A loop as the slow twin tells it.</summary>
/// <param name="First">Place of its first event in the lane.</param>
/// <param name="Last">Place of its last event.</param>
internal sealed record PlainLoop(int First, int Last, int Period, int Iterations, int Interruptions)
{
    public IReadOnlyList<string> Template { get; init; } = [];

    public string Progress { get; init; } = "";

    public string Kind { get; init; } = "";

    public override string ToString() => $"{First}..{Last} period {Period} x {Iterations}, {Interruptions} interruptions, {Kind}, {Progress}: {string.Join(" | ", Template)}";
}
