using System.CommandLine;

namespace KvmTraceLab.Cli.Mmu;

/// <summary><c>ktl mmu</c>: the MMU model by itself.</summary>
internal static class MmuCommand
{
    internal static Command Create() => new("mmu", "The MMU model by itself: decode a code, explain an access, print truth tables, evaluate cases.")
    {
        DecodeCommand.Create(),
        ExplainCommand.Create(),
        TableCommand.Create(),
        EvalCommand.Create(),
        DiffCommand.Create(),
    };
}
