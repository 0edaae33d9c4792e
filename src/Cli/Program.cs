using System.CommandLine;
using KvmTraceLab.Cli;

Interrupt.Watch();
ParseResult parsed = Root.For(args).Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"ktl: {parsed.Errors[0].Message} (see `ktl --help`)");
    return Guard.CannotDo;
}

return parsed.Invoke();
