using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input;
using Microsoft.Win32.SafeHandles;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// The file's bytes by position, for any thread. A plain file is read in place; a pipe or a compressed file, which
/// cannot be read by position, is held in memory up to <see cref="MemoryLimit"/>.
/// </summary>
internal sealed class DatSource
{
    public const long MemoryLimit = 512L << 20;

    private readonly SafeFileHandle? _file;
    private readonly byte[] _bytes;

    private DatSource(SafeFileHandle? file, byte[] bytes, long length)
    {
        _file = file;
        _bytes = bytes;
        Length = length;
    }

    public long Length { get; }

    public static DatSource Open(TraceInput input)
    {
        if (input.File is { } file) return new DatSource(file.SafeFileHandle, [], file.Length);
        var bytes = new byte[256 * 1024];
        var used = 0;
        while (true)
        {
            var got = input.Read(bytes.AsSpan(used));
            used += got;
            if (used < bytes.Length) return new DatSource(null, bytes, used);
            if (used >= MemoryLimit)
            {
                throw new TraceException(
                    input.Path, used, $"is a trace.dat of more than {MemoryLimit >> 20} MiB that comes from a pipe or is packed; unpack it to a file and give that");
            }

            Array.Resize(ref bytes, (int)Math.Min(bytes.Length * 2L, MemoryLimit));
        }
    }

    public static DatSource FromBytes(byte[] bytes) => new(null, bytes, bytes.Length);

    /// <summary>Reads what is there of the wanted bytes; fewer at the end of the file or where it cannot be read.</summary>
    public int Read(long offset, Span<byte> target)
    {
        if (offset < 0 || offset >= Length) return 0;
        var want = (int)Math.Min(target.Length, Length - offset);
        if (_file is null)
        {
            _bytes.AsSpan((int)offset, want).CopyTo(target);
            return want;
        }

        var done = 0;
        try
        {
            while (done < want)
            {
                var got = RandomAccess.Read(_file, target[done..want], offset + done);
                if (got == 0) break;
                done += got;
            }
        }
        catch (IOException)
        {
            // A bad block: what was read before it is used, and the caller counts the rest as missing.
        }

        return done;
    }
}
