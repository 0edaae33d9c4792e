namespace KvmTraceLab.Cli.EventLists;

/// <summary>Which events <c>ktl events</c> prints.</summary>
/// <param name="Names">Event names; empty for all.</param>
/// <param name="Around">Only the neighbours of this time.</param>
/// <param name="Context">How many neighbours on each side.</param>
/// <param name="OnlyNotUnderstood">Only rows whose payload could not be read.</param>
internal sealed record EventSelection(IReadOnlySet<string> Names, TraceTime? Around, int Context, bool OnlyNotUnderstood);
