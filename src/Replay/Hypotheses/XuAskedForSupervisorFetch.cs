using KvmTraceLab.Mmu;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>A supervisor fetch is judged by XU: denied where XS alone is set, let through where XU alone is.</summary>
internal sealed class XuAskedForSupervisorFetch : IHypothesis
{
    public string Id => "xu-asked-for-supervisor-fetch";

    public string Title => "XS is ignored for supervisor fetches: XU is checked instead";

    public double Explains(FaultObservation seen)
    {
        if (seen is not { IsShadowed: true, Mbec12: true, Access: { IsFetch: true, IsUser: false } }) return 0;
        var denied = seen is { Injected: true, L1Outcome: NestedOutcome.Ok } && (seen.L1Effective & 0x404) == 4 && (seen.WalkErrorPferr & 1) != 0;
        var passed = seen is { Injected: false, L1Outcome: NestedOutcome.Violation } && (seen.L1Effective & 0x404) == 0x400;
        return denied || passed ? 1 : 0;
    }
}
