using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The walk is a user fetch, XS is set and XU is not, and it passes.</summary>
internal sealed class XuIgnoredForUserFetch : IHypothesis
{
    public string Id => "xu-ignored-for-user-fetch";

    public string Title => "XU is ignored for user fetches: XS is checked instead";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: false, Mbec12: true } && seen.Access is { IsFetch: true, IsUser: true } && (seen.WalkPferr & 4) != 0 && (seen.L1Effective & 0x404) == 4
            ? 1
            : seen is { IsShadowed: true, Injected: true, Mbec12: true } && seen.Access is { IsFetch: true, IsUser: true } && (seen.WalkPferr & 4) != 0 && (seen.L1Effective & 0x404) == 0x400 && (seen.WalkErrorPferr & 1) != 0
                ? 1
                : 0;
}
