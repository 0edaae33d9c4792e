using System.CommandLine;
using KvmTraceLab.Cli.Mmu;

var root = new RootCommand("Analyses and replays KVM traces recorded with trace-cmd.") { MmuCommand.Create() };
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"ktl: {parsed.Errors[0].Message}");
    return 2;
}

return parsed.Invoke();
