namespace KvmTraceLab.Parser.Health;

/// <summary>How bad it is when a counter is not zero.</summary>
public enum Severity
{
    /// <summary>Worth knowing; no figure suffers.</summary>
    Info,
    /// <summary>Data are missing; figures that depend on them are bounds.</summary>
    Loss,
    /// <summary>The input is damaged or was misunderstood there.</summary>
    Error,
}

/// <summary>A kind of trouble: its name in JSON, its severity, and one sentence on what to do.</summary>
public sealed record HealthCounter(string Name, Severity Severity, string Advice);
