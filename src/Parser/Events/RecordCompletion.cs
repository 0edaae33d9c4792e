namespace KvmTraceLab.Parser.Events;

/// <summary>Fills slots of a raw record that are not there by name; see <see cref="EventShape.CompleteFromRecord"/>.</summary>
public delegate void RecordCompletion(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence);
