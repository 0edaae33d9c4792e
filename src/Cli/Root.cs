using System.CommandLine;
using KvmTraceLab.Cli.Commands;
using KvmTraceLab.Cli.Mmu;
using KvmTraceLab.Cli.Record;

namespace KvmTraceLab.Cli;

/// <summary>The visible list of commands.</summary>
internal static class Root
{
    private static readonly (string Name, Func<Command> Create)[] Commands =
    [
        ("analyze", AnalyzeCommand.Create),
        ("info", InfoCommand.Create),
        ("events", EventsCommand.Create),
        ("exits", ExitsCommand.Create),
        ("loops", LoopsCommand.Create),
        ("replay", ReplayCommand.Create),
        ("chart", ChartCommand.Create),
        ("compare", CompareCommand.Create),
        ("report", ReportCommand.Create),
        ("export", ExportCommand.Create),
        ("record", RecordCommand.Create),
        ("list", ListCommand.Create),
        ("mmu", MmuCommand.Create),
    ];

    /// <summary>All commands, for help, completion and what cannot be understood.</summary>
    public static RootCommand Create() => With(Commands);

    /// <summary>Only the command that the first word names, since the options of the others take time to make; all where it names none.</summary>
    public static RootCommand For(string[] args)
    {
        foreach (var command in Commands)
            if (args.Length > 0 && command.Name == args[0]) return With([command]);
        return Create();
    }

    private static RootCommand With((string Name, Func<Command> Create)[] commands)
    {
        var root = new RootCommand("KvmTraceLab: analyses and replays KVM traces recorded with trace-cmd.");
        foreach (var (_, create) in commands) root.Add(create());
        HelpPage.For(root);
        return root;
    }
}
