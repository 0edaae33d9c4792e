namespace KvmTraceLab.Parser.Events;

/// <summary>A line around the trace that says something about it: a watchdog message, a hand-made frequency list.</summary>
/// <param name="Offset">Byte offset of the line in the input.</param>
/// <param name="Text">The line, without quoting and outer blanks.</param>
public sealed record Remark(long Offset, string Text);
