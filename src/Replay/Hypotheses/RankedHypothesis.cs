namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>A hypothesis and the share of a bug's observations it explains.</summary>
/// <param name="Id">Short stable name.</param>
/// <param name="Title">What would be wrong in KVM.</param>
/// <param name="Fits">0..1.</param>
public sealed record RankedHypothesis(string Id, string Title, double Fits);
