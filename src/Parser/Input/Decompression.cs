using System.IO.Compression;

namespace KvmTraceLab.Parser.Input;

/// <summary>Compression that wraps a whole input.</summary>
internal static class Decompression
{
    public static string? Sniff(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b])) return "gzip";
        return head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? "zstd" : null;
    }

    /// <summary>The unpacked bytes; reading throws <see cref="InvalidDataException"/> where they are damaged, and where they end early.</summary>
    public static Stream Open(string compression, Stream source, string path) => compression switch
    {
        "gzip" => new GZipStream(source, CompressionMode.Decompress),
        _ => new ZstdStream(source, path),
    };
}
