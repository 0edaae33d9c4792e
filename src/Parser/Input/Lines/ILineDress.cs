namespace KvmTraceLab.Parser.Input.Lines;

/// <summary>What stands around every line of a text, found from its head: a margin, a log's record, a string of a program.</summary>
internal interface ILineDress
{
    /// <summary>The bare line, without its newline, written to <paramref name="to"/>; a line without the dress as it is.</summary>
    void Undress(ReadOnlySpan<byte> line, Stream to);
}
