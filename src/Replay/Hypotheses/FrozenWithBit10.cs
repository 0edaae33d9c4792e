using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>A frozen SPTE (…5a0 instead of …1a0) counts as present and executable.</summary>
internal sealed class FrozenWithBit10 : IHypothesis
{
    public string Id => "frozen-spte-with-bit-10";

    public string Title => "FROZEN_SPTE contains bit 10, which MBEC takes for user execute";

    public double Explains(FaultObservation seen) =>
        seen.Layout.Xu != 0 && (seen.Result is { Value: 0x8000_0000_0000_05a0 } || seen.Old is { Value: 0x8000_0000_0000_05a0 })
            ? 1
            : 0;
}
