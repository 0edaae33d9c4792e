using KvmTraceLab.Output;
using KvmTraceLab.Output.Text;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Cli;

/// <summary>What trouble becomes: one line on standard error and an exit code.</summary>
internal static class Guard
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Done, and what was asked to hold does not.</summary>
    public const int DoesNotHold = 1;

    /// <summary>Could not do it.</summary>
    public const int CannotDo = 2;

    /// <summary>Done, but the data cannot tell.</summary>
    public const int CannotTell = 3;

    public static int Run(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (TraceException e)
        {
            return Complain(e);
        }
        catch (OperationCanceledException)
        {
            return Interrupt.ExitCode;
        }
        catch (Exception e) when (e is UsageException or OutputException or IOException or UnauthorizedAccessException)
        {
            return Complain(e);
        }
    }

    /// <summary>Trouble that was foreseen, as one line on standard error.</summary>
    public static int Complain(Exception trouble)
    {
        Console.Error.WriteLine("ktl: " + Visible(trouble is TraceException e ? e.OneLine : trouble.Message));
        return CannotDo;
    }

    /// <summary>One line, and nothing that a terminal would obey.</summary>
    public static string Visible(string message) =>
        SafeText.Clean(message.ReplaceLineEndings(" "));
}
