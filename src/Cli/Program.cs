using System.CommandLine;
using KvmTraceLab.Cli;

Interrupt.Watch();
ParseResult parsed = Root.For(args).Parse(args);
if (parsed.Errors.Count > 0)
{
    var unknown = parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens.Count > 0;
    var message = unknown ? $"no command '{parsed.UnmatchedTokens[0]}'" : parsed.CommandResult.Command is RootCommand ? "name a command" : parsed.Errors[0].Message;
    Console.Error.WriteLine("ktl: " + Guard.Visible($"{message} (see `ktl --help`)"));
    return Guard.CannotDo;
}

return parsed.Invoke();
