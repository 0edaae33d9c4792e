namespace KvmTraceLab.Analysis.Signatures.Remarks;

/// <summary>What one log line says.</summary>
/// <param name="Kind">Kind of message.</param>
/// <param name="Tid">Thread it names, or -1.</param>
/// <param name="Comm">That thread's name, or null.</param>
/// <param name="Cpu">CPU it names, or -1.</param>
/// <param name="Seconds">How long it was stuck, or -1.</param>
public sealed record LogDetails(LogKind Kind, int Tid, string? Comm, int Cpu, int Seconds)
{
    /// <summary>Of a RIP list: how often.</summary>
    public long Count { get; init; }

    public ulong Rip { get; init; }
}
