namespace KvmTraceLab.Analysis.Signatures;

/// <summary>The guest wrote CR4.</summary>
/// <param name="Time">In the trace's unit.</param>
/// <param name="Value">The new value.</param>
public sealed record Cr4Write(long Time, ulong Value);
