namespace KvmTraceLab.Analysis.Recording;

/// <summary>The machine that records, as far as planning needs it; tests stand in for it.</summary>
public interface IHost
{
    /// <summary>A small file's text, or null where it is missing or may not be read. NUL bytes are kept.</summary>
    string? ReadFile(string path);

    /// <summary>Names in a directory, sorted; empty where it is missing or may not be read.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Full path of a program on the search path, or null.</summary>
    string? FindExecutable(string name);

    /// <summary>Whether a file exists and may be opened for writing.</summary>
    bool CanWrite(string path);
}
