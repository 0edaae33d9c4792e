using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The information is right and the guest-physical address is not.</summary>
internal sealed class WrongAddressInjected : IHypothesis
{
    public string Id => "wrong-address-injected";

    public string Title => "L1 is told another address than the one that faulted";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Injected: true } && seen.Access.Mode == FaultMode.Npt && InfoDifference.Of(seen) == 0 && seen.InjectInfo2 != seen.Gpa
            ? 1
            : 0;
}
