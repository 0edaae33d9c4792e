using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Everything else of the qualification is right.</summary>
internal sealed class Bit6NotInjected : IHypothesis
{
    public string Id => "bit-6-not-injected";

    public string Title => "bit 6 (PROT_USER_EXEC) is missing from the injected qualification";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && d == 0x40 && (seen.ExpectedInfo & 0x40) != 0
            ? 1
            : 0;
}
