namespace KvmTraceLab.Analysis;

/// <summary>A kernel-log line or remark that speaks of a thread (<c>[CPU 0/KVM:16105]</c>) or a CPU.</summary>
/// <param name="Text">The line.</param>
/// <param name="Tid">The thread it names, or -1.</param>
/// <param name="Cpu">The CPU it names, or -1.</param>
/// <param name="Source">File it came from.</param>
public sealed record LogLine(string Text, int Tid, int Cpu, string Source);
