using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Everything else of the qualification is right.</summary>
internal sealed class AdvancedBitsNotInjected : IHypothesis
{
    public string Id => "bits-9-11-not-injected";

    public string Title => "bits 11:9 (the guest page's U, W, NX) are missing from the injected qualification";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && d != 0 && (d & ~0xe00UL) == 0 && seen.Access.Mode == FaultMode.Ept
            ? 1
            : 0;
}
