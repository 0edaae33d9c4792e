namespace KvmTraceLab.Replay.Faults;

/// <summary>One thing the replay assumes about the host, and why.</summary>
/// <param name="Value">A word (<c>intel</c>, <c>7.2</c>), a truth value, or null where it is unknown.</param>
/// <param name="From"><c>option</c>, <c>sidecar</c>, <c>trace</c> or <c>assumed</c>.</param>
/// <param name="Evidence">What was seen, in words.</param>
public sealed record ConfigValue(object? Value, string From, string Evidence);
