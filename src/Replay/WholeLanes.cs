using System.Runtime.InteropServices;

namespace KvmTraceLab.Replay;

/// <summary>
/// Threads of which something was seen since events were last lost where they run, by CPU. Only for these does a loss end anything; a
/// host has thousands of threads, and a trace may have thousands of losses.
/// </summary>
internal sealed class WholeLanes
{
    private readonly Dictionary<int, VcpuLane> _first = [];
    private readonly List<VcpuLane> _taken = [];

    /// <summary>The thread was seen on a CPU, or on none that is known (-1).</summary>
    public void Put(VcpuLane lane, int cpu)
    {
        if (lane.IsWhole) Remove(lane);
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_first, cpu, out _);
        (lane.IsWhole, lane.WholeOn, lane.WholeBehind) = (true, cpu, first);
        if (first is not null) first.WholeBefore = lane;
        first = lane;
    }

    /// <summary>Takes out the threads of a CPU, and those whose CPU is not known; all of them where <paramref name="cpu"/> is -1. In order of appearance, valid until the next call.</summary>
    public IReadOnlyList<VcpuLane> Take(int cpu)
    {
        _taken.Clear();
        if (cpu < 0)
        {
            foreach (var first in _first.Values) Collect(first);
            _first.Clear();
        }
        else
        {
            if (_first.Remove(cpu, out var first)) Collect(first);
            if (_first.Remove(-1, out first)) Collect(first);
        }

        _taken.Sort((a, b) => a.Index.CompareTo(b.Index));
        return _taken;
    }

    private void Collect(VcpuLane first)
    {
        for (var lane = first; lane is not null;)
        {
            var behind = lane.WholeBehind;
            (lane.IsWhole, lane.WholeBefore, lane.WholeBehind) = (false, null, null);
            _taken.Add(lane);
            lane = behind;
        }
    }

    private void Remove(VcpuLane lane)
    {
        if (lane.WholeBehind is { } behind) behind.WholeBefore = lane.WholeBefore;
        if (lane.WholeBefore is { } before) before.WholeBehind = lane.WholeBehind;
        else if (lane.WholeBehind is { } next) _first[lane.WholeOn] = next;
        else _first.Remove(lane.WholeOn);
        (lane.IsWhole, lane.WholeBefore, lane.WholeBehind) = (false, null, null);
    }
}
