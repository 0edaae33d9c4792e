using System.Diagnostics;
using System.Globalization;

namespace KvmTraceLab.Cli;

/// <summary>A progress bar on standard error: only on a terminal, only after a second, wiped at the end.</summary>
internal sealed class Progress : IDisposable
{
    private const int Width = 30;

    private readonly bool _on;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _nextMs = 1000;
    private bool _shown;

    public Progress(bool quiet) => _on = !quiet && !Console.IsErrorRedirected;

    /// <summary>Bytes read and bytes in all; 0 where that is not known.</summary>
    public void Report(long done, long total)
    {
        if (!_on || _watch.ElapsedMilliseconds < _nextMs) return;
        _nextMs = _watch.ElapsedMilliseconds + 100;
        _shown = true;
        var speed = done / 1e6 / _watch.Elapsed.TotalSeconds;
        var text = total > 0
            ? $"[{new string('#', (int)(Width * done / total)).PadRight(Width)}] {100 * done / total,3} %"
            : $"{(done / 1e6).ToString("0", CultureInfo.InvariantCulture)} MB read";
        Console.Error.Write($"\r{text}  {speed.ToString("0", CultureInfo.InvariantCulture)} MB/s  ");
    }

    public void Dispose()
    {
        if (_shown) Console.Error.Write("\r" + new string(' ', Width + 40) + "\r");
    }
}
