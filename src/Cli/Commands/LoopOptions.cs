using System.CommandLine;

namespace KvmTraceLab.Cli.Commands;

/// <summary>Options of loop finding, shared by <c>analyze</c> and <c>loops</c>.</summary>
internal static class LoopOptions
{
    public const int DefaultIterations = 16;

    public static Option<int> MinIterations() =>
        new("--min-iterations") { Description = $"complete periods that make a loop (default {DefaultIterations})", DefaultValueFactory = _ => DefaultIterations, HelpName = "N" };

    public static int Check(int minIterations) =>
        minIterations >= 2 ? minIterations : throw new UsageException($"--min-iterations {minIterations}: at least 2 turns make a repetition");
}
