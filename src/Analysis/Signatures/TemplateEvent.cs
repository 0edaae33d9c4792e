namespace KvmTraceLab.Analysis.Signatures;

/// <summary>One event of a turn as trace-cmd spells it.</summary>
public sealed record TemplateEvent(string Event, string Payload);
