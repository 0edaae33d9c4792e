using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The exception goes to the wrong guest.</summary>
internal sealed class InjectedIntoL2 : IHypothesis
{
    public string Id => "violation-injected-into-l2";

    public string Title => "a failed nested walk is injected into L2 as #PF instead of making L2 exit to L1";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: false, InjectedPf: true, WalkError: true } && seen.L1Outcome != NestedOutcome.Ok
            ? 1
            : 0;
}
