using System.IO.Compression;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Unpacks sections and chunks: zlib with its header, or one zstd frame.</summary>
internal static class DatCompression
{
    /// <summary>Throws where the file's algorithm is none that can be unpacked here.</summary>
    public static void Require(string name, string path, long offset)
    {
        if (name is "none" or "zlib") return;
        if (name != "zstd")
        {
            throw new TraceException(
                path, offset, $"is packed with '{Printable(name)}'; known are none, zlib and zstd. Convert it: trace-cmd convert --compression zlib -i FILE -o NEW");
        }

        // Asked for once here, so that a missing library is said at the start and not in some worker.
        Zstd.FreeStream(Zstd.CreateStream(path));
    }

    /// <summary>Unpacks into <paramref name="target"/>; returns the bytes unpacked or -1 if the data are damaged.</summary>
    public static int Unpack(string name, byte[] packed, int packedLength, Span<byte> target, string path)
    {
        try
        {
            if (name == "zstd") return Zstd.DecompressWhole(packed.AsSpan(0, packedLength), target, path);
            using var stream = new ZLibStream(new MemoryStream(packed, 0, packedLength, writable: false), CompressionMode.Decompress);
            return stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // An IOException comes from zlib itself (nothing else reads here): a header that asks for a preset dictionary, which trace-cmd never uses.
            return -1;
        }
    }

    private static string Printable(string name) => string.Concat(name.Take(32).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '?'));
}
