namespace KvmTraceLab.Parser.Pipeline;

/// <summary>Which blocks of the input have been decoded, so that one may wait for all before it.</summary>
internal sealed class DecodeOrder
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    private readonly object _gate = new();
    private readonly HashSet<long> _done = [];
    private long _all;

    public void Done(long block)
    {
        lock (_gate)
        {
            _done.Add(block);
            while (_done.Remove(_all)) _all++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Returns when all blocks before that one are decoded; somebody is at work on each of them, and the first waits for nobody.</summary>
    public void AwaitAllBefore(long block, CancellationToken stop)
    {
        lock (_gate)
        {
            while (_all < block)
            {
                stop.ThrowIfCancellationRequested();
                Monitor.Wait(_gate, Glance);
            }
        }
    }
}
