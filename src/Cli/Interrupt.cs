using System.Runtime.InteropServices;

namespace KvmTraceLab.Cli;

/// <summary>Ctrl-C and other signals end the reading at the next batch, or where none comes, a little later; temporaries are removed.</summary>
internal static class Interrupt
{
    /// <summary>Who waits for a pipe that says nothing does not see the token.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly (PosixSignal Signal, int Number)[] Signals =
        [(PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15)];

    private static readonly CancellationTokenSource Source = new();

    /// <summary>Kept, since a registration ends when it is collected.</summary>
    private static readonly List<PosixSignalRegistration> Registrations = [];

    public static CancellationToken Token => Source.Token;

    /// <summary>What shells call the end by the signal that came: 128 and its number.</summary>
    public static int ExitCode { get; private set; } = 130;

    /// <summary>By signal and not by <see cref="Console.CancelKeyPress"/>, which looks the whole terminal up first: 4 ms of every start.</summary>
    public static void Watch()
    {
        foreach (var (signal, number) in Signals)
        {
            Registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                ExitCode = 128 + number;
                Source.Cancel();
                Thread.Sleep(Patience);
                Environment.Exit(ExitCode);
            }));
        }
    }
}
