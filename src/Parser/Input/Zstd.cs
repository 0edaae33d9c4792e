using System.Runtime.InteropServices;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Input;

/// <summary>The few functions of the system's libzstd that reading needs.</summary>
internal static partial class Zstd
{
    private const string Library = "libzstd.so.1";

    /// <summary>A decompression stream; says which package to install where the library is missing.</summary>
    public static nint CreateStream(string path)
    {
        try
        {
            return ZSTD_createDStream();
        }
        catch (DllNotFoundException e)
        {
            throw Missing(path, e);
        }
    }

    public static TraceException Missing(string path, Exception inner) => new(
        path, null, "is compressed with zstd, and libzstd.so.1 is not installed; install it (Debian, Ubuntu: libzstd1; Fedora: libzstd)", inner);

    public static void FreeStream(nint context)
    {
        if (context != 0) _ = ZSTD_freeDStream(context);
    }

    /// <summary>One step; returns whether a frame is still open.</summary>
    public static unsafe bool Decompress(nint context, ReadOnlySpan<byte> source, Span<byte> target, out int consumed, out int produced)
    {
        fixed (byte* src = source)
        fixed (byte* dst = target)
        {
            var input = new Buffer { Data = (nint)src, Size = (nuint)source.Length };
            var output = new Buffer { Data = (nint)dst, Size = (nuint)target.Length };
            var left = ZSTD_decompressStream(context, ref output, ref input);
            if (ZSTD_isError(left) != 0) throw new InvalidDataException(Marshal.PtrToStringUTF8(ZSTD_getErrorName(left)));
            consumed = (int)input.Position;
            produced = (int)output.Position;
            return left != 0;
        }
    }

    /// <summary>Takes what the context still holds when the source has ended.</summary>
    public static int Drain(nint context, Span<byte> target)
    {
        Decompress(context, [], target, out _, out var produced);
        return produced;
    }

    /// <summary>Unpacks one whole frame of known size.</summary>
    public static unsafe int DecompressWhole(ReadOnlySpan<byte> source, Span<byte> target, string path)
    {
        try
        {
            fixed (byte* src = source)
            fixed (byte* dst = target)
            {
                var got = ZSTD_decompress((nint)dst, (nuint)target.Length, (nint)src, (nuint)source.Length);
                if (ZSTD_isError(got) != 0) throw new InvalidDataException(Marshal.PtrToStringUTF8(ZSTD_getErrorName(got)));
                return (int)got;
            }
        }
        catch (DllNotFoundException e)
        {
            throw Missing(path, e);
        }
    }

    [LibraryImport(Library)]
    private static partial nint ZSTD_createDStream();

    [LibraryImport(Library)]
    private static partial nuint ZSTD_freeDStream(nint context);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_decompressStream(nint context, ref Buffer output, ref Buffer input);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_decompress(nint target, nuint capacity, nint source, nuint size);

    [LibraryImport(Library)]
    private static partial uint ZSTD_isError(nuint code);

    [LibraryImport(Library)]
    private static partial nint ZSTD_getErrorName(nuint code);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer have the same layout.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Buffer
    {
        public nint Data;
        public nuint Size;
        public nuint Position;
    }
}
