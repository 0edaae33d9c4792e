namespace KvmTraceLab.Analysis.Compare;

/// <summary>One thing that is not the same in two runs.</summary>
/// <param name="Kind"><c>cpuid</c>, <c>msr-read</c>, <c>msr-write</c>, <c>cr-write</c> or <c>feature</c>.</param>
/// <param name="Key">The leaf, MSR, register or feature.</param>
/// <param name="Base">What the first run saw, or null where it saw none.</param>
/// <param name="New">What the last run saw, or null.</param>
public sealed record RunDifference(string Kind, string Key, string? Base, string? New);

/// <summary>Where two runs stop doing the same.</summary>
/// <param name="Index">Guest-visible events that are the same before.</param>
/// <param name="Base">The events of the first run around it; index 0 of them is event <paramref name="FirstShown"/>.</param>
/// <param name="New">The same of the last run.</param>
/// <param name="FirstShown">The number of the first event shown.</param>
public sealed record PartingPoint(long Index, long FirstShown, IReadOnlyList<string> Base, IReadOnlyList<string> New);

/// <summary>What differs between two runs.</summary>
/// <param name="Items">Sorted by kind and key.</param>
/// <param name="Parting">Where the events first differ; null where they do not within what was kept.</param>
/// <param name="EventsCompared">How many events of both runs were held against each other.</param>
/// <param name="IsWhole">False where a run was longer than what is kept of it, so that "no parting" holds for the beginning alone.</param>
public sealed record RunDifferences(IReadOnlyList<RunDifference> Items, PartingPoint? Parting, long EventsCompared, bool IsWhole);
