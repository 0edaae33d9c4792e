namespace KvmTraceLab.Analysis.Reports;

/// <summary>
/// One distinct stack with its summed weight, for flame graphs: vm → vCPU → level → reason → detail → RIP, root first.
/// </summary>
/// <param name="Tid">The vCPU's thread.</param>
/// <param name="Frames">Frame names, root first.</param>
/// <param name="Count">Exits.</param>
/// <param name="TotalNs">Time in the host in nanoseconds (or ticks).</param>
public sealed record StackSample(int Tid, IReadOnlyList<string> Frames, long Count, long TotalNs);
