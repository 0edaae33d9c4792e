using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Bits 6:3 are not the AND of the walked entries: some are set that an entry lacks.</summary>
internal sealed class ProtBitsAdded : IHypothesis
{
    public string Id => "permission-bits-added";

    public string Title => "the injected qualification shows permissions (bits 6:3) that L1's entries lack";

    public double Explains(FaultObservation seen) =>
        InfoDifference.Of(seen) is { } d && seen.Access.Mode == FaultMode.Ept && seen.L1Present && (d & ~0x78UL) == 0 && (d & seen.InjectInfo1) != 0
            ? 1
            : 0;
}
