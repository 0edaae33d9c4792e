namespace KvmTraceLab.Parser.Health;

/// <summary>
/// Reading cannot go on: which file, where, and one sentence that says what was expected and what to do. Printed as one
/// line; the exit code is 2.
/// </summary>
public sealed class TraceException(string path, long? offset, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public string Path { get; } = path;

    /// <summary>Byte offset in the input where it applies.</summary>
    public long? Offset { get; } = offset;

    /// <summary>The whole line: <c>path: offset N: message</c>.</summary>
    public string OneLine => Offset is { } at ? $"{Path}: offset {at}: {Message}" : $"{Path}: {Message}";
}
