namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>A run of whole lines. The decoder may blank bytes in it, to join wrapped lines in place.</summary>
internal sealed class TextBlock
{
    /// <summary>Usual size; small in Debug so that ordinary tests cross block edges.</summary>
#if DEBUG
    public const int Size = 700;
#else
    public const int Size = 512 * 1024;
#endif

    /// <summary>A longer line is cut here and counted.</summary>
    public const int MaxLine = 1024 * 1024;

    public byte[] Bytes = new byte[Size];

    public int Length;

    /// <summary>Offset of the first byte in the (decompressed) input.</summary>
    public long Offset;

    /// <summary>The first line is the rest of one longer than <see cref="MaxLine"/>.</summary>
    public bool BeginsInsideLine;
}
