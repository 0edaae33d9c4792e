namespace KvmTraceLab.Analysis.Compare;

/// <summary>What a run showed of its guest, made by <see cref="RunFactsCollector"/>.</summary>
public sealed class RunFacts
{
    internal RunFacts(
        IReadOnlyDictionary<(string Kind, string Key), string> items, IReadOnlyList<ulong> sequence, Func<long, string> text, long events)
    {
        Items = items;
        Sequence = sequence;
        Text = text;
        Events = events;
    }

    /// <summary>What was seen by kind and key: the values, in order of appearance, one of each.</summary>
    internal IReadOnlyDictionary<(string Kind, string Key), string> Items { get; }

    /// <summary>A hash for each guest-visible event, from the first on, as many as are kept.</summary>
    internal IReadOnlyList<ulong> Sequence { get; }

    /// <summary>The event of a number as printed, where its text is still known.</summary>
    internal Func<long, string> Text { get; }

    /// <summary>Guest-visible events seen, kept or not.</summary>
    internal long Events { get; }
}
