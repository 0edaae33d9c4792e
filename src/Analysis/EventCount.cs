namespace KvmTraceLab.Analysis;

/// <summary>How many events of one name a trace has.</summary>
public sealed record EventCount(string Name, long Count);
