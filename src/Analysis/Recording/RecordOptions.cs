namespace KvmTraceLab.Analysis.Recording;

/// <summary>What to record.</summary>
public sealed record RecordOptions
{
    /// <summary>The trace to write.</summary>
    public string Output { get; init; } = "trace.dat";

    /// <summary>Processes to record, all their threads; empty records every virtual machine.</summary>
    public IReadOnlyList<int> Pids { get; init; } = [];

    /// <summary>Stop after so many seconds; null waits for Ctrl-C.</summary>
    public double? Seconds { get; init; }

    /// <summary>Ring buffer of each CPU in KiB; null chooses by memory and CPUs.</summary>
    public int? BufferKb { get; init; }

    /// <summary>The trace clock; null takes <c>mono</c> where the kernel has it, since it agrees between CPUs.</summary>
    public string? Clock { get; init; }

    /// <summary>A program and its arguments to start and record until it ends; empty records what runs already.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Events beside <c>kvm</c> and <c>kvmmmu</c>, as <c>trace-cmd -e</c> takes them.</summary>
    public IReadOnlyList<string> ExtraEvents { get; init; } = [];
}
