using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Output.Files;

/// <summary>
/// Tells on a terminal how far reading is, from one second on, five times a second at most; cleared at the end. Not a terminal:
/// nothing is ever written. Safe to call from any thread.
/// </summary>
/// <param name="writer">Standard error.</param>
/// <param name="isTerminal">Whether that is a terminal.</param>
/// <param name="clock">The clock; tests bring their own.</param>
public sealed class ProgressBar(TextWriter writer, bool isTerminal, TimeProvider? clock = null) : IDisposable
{
    private const int Cells = 30;
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly long _start = (clock ?? TimeProvider.System).GetTimestamp();
    private readonly Lock _lock = new();
    private TimeSpan _next = Delay;
    private int _shown;

    /// <summary>So many bytes have been read, of so many; 0 where nobody knows (a pipe, packed data).</summary>
    public void Report(long doneBytes, long totalBytes)
    {
        if (!isTerminal || _clock.GetElapsedTime(_start) < _next) return;
        lock (_lock)
        {
            var elapsed = _clock.GetElapsedTime(_start);
            if (elapsed < _next) return;
            _next = elapsed + Pause;
            var line = Line(doneBytes, totalBytes, elapsed);
            writer.Write('\r' + line.PadRight(_shown));
            writer.Flush();
            _shown = line.Length;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_shown > 0) writer.Write('\r' + new string(' ', _shown) + '\r');
            writer.Flush();
            _shown = 0;
            _next = TimeSpan.MaxValue;
        }
    }

    private static string Line(long done, long total, TimeSpan elapsed)
    {
        var rate = $"{CellText.Number(Math.Round(done / 1e6 / elapsed.TotalSeconds))} MB/s";
        if (total <= 0) return $"{done / 1_000_000} MB read, {rate}";
        var share = Math.Clamp((double)done / total, 0, 1);
        var filled = (int)(share * Cells);
        return $"[{new string('#', filled)}{new string('.', Cells - filled)}] {(int)(share * 100),3}% of {total / 1_000_000} MB, {rate}";
    }
}
