using System.CommandLine;
using KvmTraceLab.Cli;

Interrupt.Watch();
ParseResult parsed = Root.For(args).Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine("ktl: " + Guard.Visible(CommandLineError.Of(parsed)));
    return Guard.CannotDo;
}

return parsed.Invoke();
