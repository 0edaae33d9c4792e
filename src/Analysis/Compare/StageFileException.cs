namespace KvmTraceLab.Analysis.Compare;

/// <summary>A stage's file says what it is but cannot be read as that.</summary>
/// <param name="path">The file.</param>
/// <param name="line">Line number from 1, or 0 for the whole file.</param>
/// <param name="found">What is wrong.</param>
/// <param name="advice">What to do.</param>
public sealed class StageFileException(string path, int line, string found, string advice)
    : Exception(line > 0 ? $"{path}:{line}: {found}; {advice}" : $"{path}: {found}; {advice}")
{
    public string Path { get; } = path;

    public int Line { get; } = line;
}
