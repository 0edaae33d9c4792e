using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using KvmTraceLab.Analysis.Recording;

namespace KvmTraceLab.Cli.Record;

/// <summary>
/// Runs trace-cmd to its end. It must never be killed: it writes the trace from its buffers after SIGINT. So Ctrl-C, SIGTERM and
/// the end of the time asked for all reach it as SIGINT, and we wait; also for it to be ready for the signal, since setting up
/// the events takes seconds on a slow or busy host.
/// </summary>
internal static class Recorder
{
    private const int SigInt = 2;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// trace-cmd catches SIGINT once the events are set up, just before it starts to record and makes its files. One that has caught it for
    /// this long and makes none keeps them elsewhere.
    /// </summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>A recorder that is not ready by then is taken for one that never says so.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>trace-cmd's exit code; null where it could not be started, with the reason in <paramref name="problem"/>.</summary>
    public static int? Run(RecordPlan plan, out string? problem)
    {
        problem = null;
        var start = new ProcessStartInfo(plan.Program) { UseShellExecute = false };
        foreach (string argument in plan.Arguments) start.ArgumentList.Add(argument);

        // Signals are caught before the start: between the two Ctrl-C would end us and leave trace-cmd alone.
        using var process = new Process { StartInfo = start };
        bool ready = false;
        bool asked = false;
        void Forward(PosixSignalContext context)
        {
            context.Cancel = true;
            lock (process)
            {
                asked = true;
                if (ready) Interrupt(process);
            }
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Forward);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Forward);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Forward);
        try
        {
            if (plan.ReadyPath is string stale && File.Exists(stale)) File.Delete(stale);
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return null;
        }

        WaitUntilReady(process, plan.ReadyPath);
        lock (process)
        {
            ready = true;
            if (asked) Interrupt(process);
        }

        if (plan.Seconds is double seconds && !process.WaitForExit(TimeSpan.FromSeconds(seconds))) Interrupt(process);
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void WaitUntilReady(Process process, string? path)
    {
        if (path is null) return;
        var waited = Stopwatch.StartNew();
        TimeSpan? catches = null;
        while (!File.Exists(path) && waited.Elapsed < Patience && !(waited.Elapsed - catches > Settling))
        {
            if (process.WaitForExit(Glance)) return;
            if (catches is null && CatchesInterrupt(process.Id)) catches = waited.Elapsed;
        }
    }

    /// <summary>Whether a process has a handler for SIGINT, as the kernel tells.</summary>
    private static bool CatchesInterrupt(int pid)
    {
        try
        {
            const string caught = "SigCgt:";
            string? line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith(caught, StringComparison.Ordinal));
            return line is not null
                && ulong.TryParse(line.AsSpan(caught.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong signals)
                && (signals & (1UL << (SigInt - 1))) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Interrupt(Process process)
    {
        if (!process.HasExited) _ = Kill(process.Id, SigInt);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
