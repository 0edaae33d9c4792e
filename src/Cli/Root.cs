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
    public static RootCommand Create()
    {
        var root = new RootCommand("KvmTraceLab: analyses and replays KVM traces recorded with trace-cmd.");
        foreach (var (_, create) in Commands) root.Add(create());
        HelpPage.For(root);
        return root;
    }

    /// <summary>
    /// Only the command that the first word names, since the options of the others take time to make, and without what a root has for
    /// help; all where it names none or asks for help.
    /// </summary>
    public static Command For(string[] args)
    {
        foreach (var (name, create) in Commands)
            if (args.Length > 0 && name == args[0] && !args.Any(IsHelp)) return new Command("ktl") { create() };
        return Create();
    }

    private static bool IsHelp(string word) => word is "--help" or "-h" or "/h" or "-?" or "/?";
}
