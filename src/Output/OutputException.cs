namespace KvmTraceLab.Output;

/// <summary>An output cannot be written; the message is one line for people and names the file or the option.</summary>
public sealed class OutputException(string message, Exception? inner = null) : Exception(message, inner);
