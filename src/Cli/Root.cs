using System.CommandLine;
using KvmTraceLab.Cli.Commands;
using KvmTraceLab.Cli.Mmu;
using KvmTraceLab.Cli.Record;

namespace KvmTraceLab.Cli;

/// <summary>The visible list of commands.</summary>
internal static class Root
{
    public static RootCommand Create() => new("KvmTraceLab: analyses and replays KVM traces recorded with trace-cmd.")
    {
        AnalyzeCommand.Create(),
        InfoCommand.Create(),
        EventsCommand.Create(),
        ExitsCommand.Create(),
        LoopsCommand.Create(),
        ReplayCommand.Create(),
        ChartCommand.Create(),
        CompareCommand.Create(),
        ReportCommand.Create(),
        ExportCommand.Create(),
        RecordCommand.Create(),
        ListCommand.Create(),
        MmuCommand.Create(),
    };
}
