namespace KvmTraceLab.Analysis.Recording;

/// <summary>A recording ready to run.</summary>
/// <param name="Program">trace-cmd, with its path where it was found.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Seconds">When to send it SIGINT, counted from when it records; null on Ctrl-C alone.</param>
/// <param name="TracePath">What it writes.</param>
/// <param name="SidecarPath">Where the host facts go.</param>
/// <param name="Problems">What stands in the way, each with what to install or run; empty where it can start.</param>
/// <param name="Notes">What was chosen and why.</param>
public sealed record RecordPlan(
    string Program, IReadOnlyList<string> Arguments, double? Seconds, string TracePath, string SidecarPath, IReadOnlyList<string> Problems, IReadOnlyList<string> Notes)
{
    /// <summary>
    /// A file that is there once trace-cmd minds SIGINT: before that the signal would kill it and nothing be written. Null where nothing tells.
    /// </summary>
    public string? ReadyPath { get; init; }

    /// <summary>It records a command of its own, until that ends.</summary>
    public bool EndsByItself { get; init; }

    /// <summary>The command as a shell takes it.</summary>
    public string CommandLine => ShellLine.Of(Arguments.Prepend(Program));

    /// <summary>The command without the secrets that arguments of a virtual machine may hold; for what is written down.</summary>
    public string CommandLineWithoutSecrets => ShellLine.Of(QemuSecrets.Remove(Arguments).Prepend(Program));
}
