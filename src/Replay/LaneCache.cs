namespace KvmTraceLab.Replay;

/// <summary>
/// What an observer keeps of the threads seen last, found without a look into its dictionary: events of several vCPUs
/// alternate, so that remembering the last one alone misses on every event.
/// </summary>
public sealed class LaneCache<T>
    where T : class
{
    /// <summary>Places; a power of two.</summary>
    private const int Size = 64;

    private readonly VcpuLane?[] _lanes = new VcpuLane[Size];
    private readonly T?[] _values = new T[Size];

    /// <summary>What was put for this very lane, or null.</summary>
    public T? Find(VcpuLane lane)
    {
        var place = lane.Index & (Size - 1);
        return ReferenceEquals(_lanes[place], lane) ? _values[place] : null;
    }

    public void Put(VcpuLane lane, T value)
    {
        var place = lane.Index & (Size - 1);
        _lanes[place] = lane;
        _values[place] = value;
    }

    public void Clear() => Array.Clear(_lanes);
}
