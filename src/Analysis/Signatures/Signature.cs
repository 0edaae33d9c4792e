namespace KvmTraceLab.Analysis.Signatures;

/// <summary>A pattern that was met before: how it is told, what it most likely means, what to do next.</summary>
/// <param name="Id">Number in the catalogue: L for collected ones, K for our own.</param>
/// <param name="Title">One line: what happens.</param>
/// <param name="Cause">Likely cause.</param>
/// <param name="Next">What to do next.</param>
/// <param name="Source">Where it was met.</param>
public sealed record Signature(string Id, string Title, string Cause, string Next, string Source)
{
    public required Blame Blame { get; init; }

    /// <summary>Alternatives; empty where the signature is only listed.</summary>
    public IReadOnlyList<Discriminators> Fits { get; init; } = [];

    /// <summary>Why a trace alone cannot tell it; null for signatures that are looked for.</summary>
    public string? ListedOnly { get; init; }

    public bool Detectable => ListedOnly is null;

    /// <summary>The cause was inferred, not stated by the source: never more sure than this.</summary>
    public Confidence Most { get; init; } = Confidence.High;

    /// <summary>Sentences with this trace's figures beyond those that every note has.</summary>
    public Func<Finding, IEnumerable<string>>? Because { get; init; }

    /// <summary>A further limit on the confidence, from what the trace lacks.</summary>
    public Func<Finding, Confidence>? Limit { get; init; }

    /// <summary>Turns must follow one another; else all exits at the place count.</summary>
    public bool InRow { get; init; } = true;

    /// <summary>Tells which loops belong to it where it is no single loop that it fits; those of its reasons do too.</summary>
    public TripMarks LoopsHave { get; init; }

    /// <summary>Marks that the turn shown from an excerpt should have.</summary>
    public TripMarks Shows { get; init; }
}
