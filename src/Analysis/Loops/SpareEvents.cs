using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>Copies of events that are no longer needed, used again: most runs come to too few turns to be a loop.</summary>
internal sealed class SpareEvents
{
    private const int Most = 1024;

    private readonly Stack<SavedEvent> _events = new();

    public SavedEvent Copy(SavedEvent of)
    {
        var copy = _events.Count > 0 ? _events.Pop() : new SavedEvent();
        copy.CopyFrom(of);
        return copy;
    }

    public void TakeBack(IReadOnlyList<SavedEvent> events)
    {
        for (var i = 0; i < events.Count && _events.Count < Most; i++) _events.Push(events[i]);
    }
}
