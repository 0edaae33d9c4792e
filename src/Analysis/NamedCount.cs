namespace KvmTraceLab.Analysis;

/// <summary>How many there are of what has a name.</summary>
public sealed record NamedCount(string Name, long Count);
