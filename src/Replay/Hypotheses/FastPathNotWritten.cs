using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>A fast fix that leaves the SPTE as it was, while KVM says fixed.</summary>
internal sealed class FastPathNotWritten : IHypothesis
{
    public string Id => "fast-path-not-written";

    public string Title => "fast_page_fault reports success without writing the SPTE";

    public double Explains(FaultObservation seen) =>
        seen is { FastFixed: true, FastUnchanged: true }
            ? 1
            : 0;
}
