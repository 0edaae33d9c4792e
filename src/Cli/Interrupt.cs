namespace KvmTraceLab.Cli;

/// <summary>Ctrl-C ends the reading at the next batch; temporaries are removed, threads joined.</summary>
internal static class Interrupt
{
    private static readonly CancellationTokenSource Source = new();

    public static CancellationToken Token => Source.Token;

    public static void Watch() => Console.CancelKeyPress += (_, e) =>
    {
        e.Cancel = true;
        Source.Cancel();
    };
}
