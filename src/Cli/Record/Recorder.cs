using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using KvmTraceLab.Analysis.Recording;

namespace KvmTraceLab.Cli.Record;

/// <summary>
/// Runs trace-cmd to its end. It must never be killed: it writes the trace from its buffers after SIGINT. So Ctrl-C, SIGTERM and
/// the end of the time asked for all reach it as SIGINT, and we wait.
/// </summary>
internal static class Recorder
{
    private const int SigInt = 2;

    /// <summary>trace-cmd's exit code; null where it could not be started, with the reason in <paramref name="problem"/>.</summary>
    public static int? Run(RecordPlan plan, out string? problem)
    {
        problem = null;
        var start = new ProcessStartInfo(plan.Program) { UseShellExecute = false };
        foreach (string argument in plan.Arguments) start.ArgumentList.Add(argument);

        // Signals are caught before the start: between the two Ctrl-C would end us and leave trace-cmd alone.
        using var process = new Process { StartInfo = start };
        bool started = false;
        bool asked = false;
        void Forward(PosixSignalContext context)
        {
            context.Cancel = true;
            lock (process)
            {
                asked = true;
                if (started) Interrupt(process);
            }
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Forward);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Forward);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Forward);
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            problem = e.Message;
            return null;
        }

        lock (process)
        {
            started = true;
            if (asked) Interrupt(process);
        }

        if (plan.Seconds is double seconds && !process.WaitForExit(TimeSpan.FromSeconds(seconds))) Interrupt(process);
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void Interrupt(Process process)
    {
        if (!process.HasExited) _ = Kill(process.Id, SigInt);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
