using System.CommandLine;
using KvmTraceLab.Cli;

if (args is ["--version"])
{
    // Asked by scripts and bug reports: no command need be made for it.
    return Guard.Run(() =>
    {
        Console.WriteLine(ProgramVersion.Text);
        return Guard.Ok;
    });
}

// A recording is never left: what stops it is passed on to trace-cmd, which may take its time.
if (args is not ["record", ..]) Interrupt.Watch();
ParseResult parsed = Root.For(args).Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine("ktl: " + Guard.Visible(CommandLineError.Of(parsed)));
    return Guard.CannotDo;
}

return parsed.Invoke();
