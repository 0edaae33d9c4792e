using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Every write fault ends with an SPTE that has W=0 although the host allows writes.</summary>
internal sealed class SpteNeverWritable : IHypothesis
{
    public string Id => "spte-never-writable";

    public string Title => "make_spte() never makes the page writable";

    public double Explains(FaultObservation seen) =>
        !seen.Access.IsWrite || seen.FastFixed || seen.Widened || seen.Injected || seen.L1Outcome != NestedOutcome.Ok
            ? 0
            : seen.Result is { IsPresent: true } result
                ? !result.Writable && (seen.Wrote || (seen.Requested && seen.Access.IsPresent)) ? result.HostWritable ? 1 : 0.8 : 0
                : seen.Requested && seen.Access.IsPresent ? 0.8 : 0;
}
