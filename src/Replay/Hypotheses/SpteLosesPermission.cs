using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Each fault finds the SPTE narrower than it was left, with nothing traced in between.</summary>
internal sealed class SpteLosesPermission : IHypothesis
{
    public string Id => "spte-loses-permission";

    public string Title => "an SPTE loses a permission behind KVM's back after it was written";

    public double Explains(FaultObservation seen) =>
        seen.Widened
            ? 1
            : 0;
}
