namespace KvmTraceLab.Analysis.Rates;

/// <summary>Counts and host time of one category in windows of equal width from a common origin.</summary>
public sealed class RateSeries
{
    private long[] _counts = new long[64];
    private long[] _hostNs = new long[64];

    public long Total { get; private set; }

    /// <summary>Windows up to the last that holds something.</summary>
    public int Length { get; private set; }

    public long CountAt(int window) => window < Length ? _counts[window] : 0;

    public long HostNsAt(int window) => window < Length ? _hostNs[window] : 0;

    /// <summary>Windows there is room for.</summary>
    internal int Capacity => _counts.Length;

    internal void Merge(RateSeries other)
    {
        Room(other.Length - 1);
        for (var i = 0; i < other.Length; i++)
        {
            _counts[i] += other._counts[i];
            _hostNs[i] += other._hostNs[i];
        }

        Length = Math.Max(Length, other.Length);
        Total += other.Total;
    }

    private void Room(int window)
    {
        if (window < _counts.Length) return;
        var size = Math.Max(window + 1, _counts.Length * 2);
        Array.Resize(ref _counts, size);
        Array.Resize(ref _hostNs, size);
    }

    internal void Add(int window, long hostNs)
    {
        Room(window);
        if (window >= Length) Length = window + 1;
        _counts[window]++;
        _hostNs[window] += hostNs;
        Total++;
    }

    /// <summary>Joins each two windows into one.</summary>
    internal void Halve()
    {
        var half = (Length + 1) / 2;
        for (var i = 0; i < half; i++)
        {
            _counts[i] = _counts[2 * i] + ((2 * i) + 1 < Length ? _counts[(2 * i) + 1] : 0);
            _hostNs[i] = _hostNs[2 * i] + ((2 * i) + 1 < Length ? _hostNs[(2 * i) + 1] : 0);
        }

        Array.Clear(_counts, half, Length - half);
        Array.Clear(_hostNs, half, Length - half);
        Length = half;
    }
}
