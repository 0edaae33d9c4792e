using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>Without MBEC12 a fetch needs XS alone; hardware that still has MBEC on asks for XU on user pages.</summary>
internal sealed class MbecLeftOn : IHypothesis
{
    public string Id => "mbec-left-on-in-vmcs02";

    public string Title => "MBEC is left on in vmcs02 although L1 did not ask for it";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Mbec12: false, Injected: false } && seen.Access is { IsFetch: true, IsUser: true } && (seen.Access.Code & 0x60) == 0x20
            ? 1
            : 0;
}
