using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>L1 grants XU alone, the SPTE has it, and the processor still asks for XS.</summary>
internal sealed class MbecDropped : IHypothesis
{
    public string Id => "mbec-dropped-from-vmcs02";

    public string Title => "MBEC is not set in vmcs02 although L1 asked for it";

    public double Explains(FaultObservation seen) =>
        seen is { IsShadowed: true, Granted: true, Mbec12: true, Injected: false, Access: { Mode: FaultMode.Ept, IsFetch: true, IsUser: true } } &&
        (seen.L1Effective & 0x404) == 0x400 && (seen.Access.Code & 0x20) == 0
            ? 1
            : 0;
}
