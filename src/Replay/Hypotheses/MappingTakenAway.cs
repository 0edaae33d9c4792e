using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Made and zapped again, each time.</summary>
internal sealed class MappingTakenAway : IHypothesis
{
    public string Id => "mapping-taken-away";

    public string Title => "the mapping is zapped by the very fault that made it";

    public double Explains(FaultObservation seen) =>
        seen.ZappedAfter
            ? 1
            : 0;
}
