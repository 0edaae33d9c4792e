using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Input;

/// <summary>A read-only stream that unpacks zstd frames with the system's libzstd.</summary>
internal sealed class ZstdStream : ForwardStream
{
    private readonly Stream _source;
    private readonly byte[] _in = new byte[128 * 1024];
    private readonly nint _context;
    private int _inStart;
    private int _inEnd;
    private bool _frameOpen;
    private bool _disposed;

    public ZstdStream(Stream source, string path)
    {
        _source = source;
        _context = Zstd.CreateStream(path);
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            if (_inStart == _inEnd)
            {
                _inStart = 0;
                _inEnd = _source.Read(_in);
                if (_inEnd == 0)
                {
                    if (!_frameOpen) return 0;
                    var left = Zstd.Drain(_context, buffer);
                    return left > 0 ? left : throw new InvalidDataException("the last frame is not complete");
                }
            }

            _frameOpen = Zstd.Decompress(_context, _in.AsSpan(_inStart, _inEnd - _inStart), buffer, out var consumed, out var produced);
            _inStart += consumed;
            if (produced > 0) return produced;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!_disposed)
        {
            _disposed = true;
            Zstd.FreeStream(_context);
            if (disposing) _source.Dispose();
        }

        base.Dispose(disposing);
    }
}
