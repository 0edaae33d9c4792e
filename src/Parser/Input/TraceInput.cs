using KvmTraceLab.Parser.Health;
using KvmTraceLab.Parser.Input.Lines;

namespace KvmTraceLab.Parser.Input;

/// <summary>
/// The bytes of one input: a file or a pipe, decompressed where it begins like gzip or zstd. The head can be looked at
/// before anything is consumed.
/// </summary>
public sealed class TraceInput : IDisposable
{
    /// <summary>How much of the head formats may look at.</summary>
    public const int HeadSize = 64 * 1024;

    private readonly Stream _stream;
    private readonly byte[] _head;
    private readonly SourceStream? _packed;
    private int _headUsed;

    private TraceInput(string path, Stream stream, byte[] head, FileStream? file, string compression, SourceStream? packed)
    {
        Path = path;
        _stream = stream;
        _head = head;
        File = file;
        Compression = compression;
        _packed = packed;
    }

    /// <summary>The path as given, <c>-</c> for standard input.</summary>
    public string Path { get; }

    /// <summary>The plain, seekable file, or null where the bytes come from a pipe or a decompressor.</summary>
    public FileStream? File { get; }

    /// <summary><c>none</c>, <c>gzip</c> or <c>zstd</c>: what wraps the whole input.</summary>
    public string Compression { get; }

    /// <summary>What was packed ended before its end; what came out before is the input. Known once that was read.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Bytes in all, 0 where unknown.</summary>
    public long Length => File?.Length ?? 0;

    /// <summary>Bytes handed out so far.</summary>
    public long Position { get; private set; }

    /// <summary>The first bytes of the content, at most <see cref="HeadSize"/>.</summary>
    public ReadOnlySpan<byte> Head => _head;

    public static TraceInput Open(string path)
    {
        var (raw, file) = OpenRaw(path);
        var stream = raw;
        try
        {
            var head = ReadHead(stream, path);
            var compression = Decompression.Sniff(head);
            SourceStream? packed = null;
            if (compression is not null)
            {
                packed = new SourceStream(new PrefixedStream(head, raw));
                stream = Decompression.Open(compression, packed, path);
                head = ReadHead(stream, path);
            }

            if (!TryUndress(ref stream, ref head, path) && compression is null) return new TraceInput(path, stream, head, file, "none", null);
            return new TraceInput(path, stream, head, null, compression ?? "none", packed);
        }
        catch
        {
            // Where the decompressor is missing there is only the raw stream; else it disposes that too.
            stream.Dispose();
            throw;
        }
    }

    /// <summary>An input over bytes in memory (tests).</summary>
    public static TraceInput FromBytes(byte[] bytes, string path = "memory")
    {
        Stream stream = new MemoryStream(bytes, writable: false);
        var head = ReadHead(stream, path);
        TryUndress(ref stream, ref head, path);
        return new TraceInput(path, stream, head, null, "none", null);
    }

    /// <summary>Takes off what mail, web pages and terminals wrapped a text in; an encoding or a mark may hide another dress.</summary>
    private static bool TryUndress(ref Stream stream, ref byte[] head, string path)
    {
        var any = false;
        for (var layers = 0; layers < 2; layers++)
        {
            var dress = TextDresses.Detect(head);
            if (dress == TextDress.None) break;
            stream = new UndressedStream(new PrefixedStream(head, stream), dress);
            head = ReadHead(stream, path);
            any = true;
            if ((dress & (TextDress.Mark | TextDress.Utf16Little | TextDress.Utf16Big)) == 0) break;
        }

        for (var layers = 0; layers < LineDresses.Layers && LineDresses.Detect(head) is { } lines; layers++)
        {
            stream = new UndressedStream(new PrefixedStream(head, stream), TextDress.None, lines);
            head = ReadHead(stream, path);
            any = true;
        }

        return any;
    }

    /// <summary>What is still to be read, for readers of streams; disposing it leaves the input open.</summary>
    public Stream AsStream() => new InputStream(this);

    /// <summary>Reads up to the size of <paramref name="buffer"/>; fewer only at the end of the input.</summary>
    public int Read(Span<byte> buffer)
    {
        var done = 0;
        if (_headUsed < _head.Length)
        {
            done = Math.Min(buffer.Length, _head.Length - _headUsed);
            _head.AsSpan(_headUsed, done).CopyTo(buffer);
            _headUsed += done;
        }

        try
        {
            while (done < buffer.Length)
            {
                var got = _stream.Read(buffer[done..]);
                if (got == 0) break;
                done += got;
            }
        }
        catch (InvalidDataException) when (_packed is { HasEnded: true })
        {
            IsCut = true;
        }
        catch (InvalidDataException e)
        {
            throw new TraceException(Path, Position + done, $"the {Compression} data are damaged here; unpack what can be saved and read that ({e.Message})", e);
        }
        catch (IOException e)
        {
            throw new TraceException(Path, Position + done, $"cannot be read any further: {e.Message}", e);
        }

        Position += done;
        return done;
    }

    public void Dispose() => _stream.Dispose();

    private static (Stream Stream, FileStream? File) OpenRaw(string path)
    {
        if (path == "-") return (StandardInput.Open(), null);
        if (path.Length == 0) throw new TraceException("''", null, "is no file's name; name a trace, or - for standard input");
        if (Directory.Exists(path)) throw new TraceException(path, null, "is a directory; name the trace file in it");
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
            return (file, file.CanSeek ? file : null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TraceException(path, null, "no such file; check the path", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new TraceException(path, null, "may not be read by this user; check its permissions (trace.dat is often written by root)", e);
        }
        catch (IOException e)
        {
            throw new TraceException(path, null, $"cannot be opened: {e.Message}", e);
        }
    }

    private static byte[] ReadHead(Stream stream, string path)
    {
        var head = new byte[HeadSize];
        var done = 0;
        try
        {
            while (done < head.Length)
            {
                var got = stream.Read(head, done, head.Length - done);
                if (got == 0) break;
                done += got;
            }
        }
        catch (InvalidDataException e)
        {
            // What came out before it may be enough to read; whoever reads on meets it again.
            if (done == 0) throw new TraceException(path, 0, $"the compressed data are damaged or cut off before anything could be unpacked; copy the file again ({e.Message})", e);
        }
        catch (IOException e)
        {
            throw new TraceException(path, done, $"cannot be read: {e.Message}", e);
        }

        return head.AsSpan(0, done).ToArray();
    }
}
