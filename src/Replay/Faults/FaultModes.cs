using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Replay.Faults;

/// <summary>In which language a fault's code is written.</summary>
internal static class FaultModes
{
    /// <summary>By the exit that led to the fault; unknown for any other exit.</summary>
    public static FaultMode OfExit(HostTrip trip) => (trip.Isa, trip.Reason) switch
    {
        (Isa.Vmx, VmxExitReason.EptViolation or VmxExitReason.EptMisconfig) => FaultMode.Ept,
        (Isa.Vmx, VmxExitReason.ExceptionNmi) => FaultMode.Shadow,
        (Isa.Svm, SvmExitCode.Npf) => FaultMode.Npt,
        (Isa.Svm, 0x4e) => FaultMode.Shadow, // SVM_EXIT_EXCP_BASE + PF_VECTOR
        _ => FaultMode.Unknown,
    };

    /// <summary>By the exit, else by the code, else as this thread's last fault, else by the vendor.</summary>
    public static FaultMode Of(LaneFaults state, ulong code, ReplayConfig config)
    {
        if (state.Lane.InHost && state.Lane.Trip.HasReason && OfExit(state.Lane.Trip) is var mode and not FaultMode.Unknown) return mode;
        if ((code >> 32 & 3) != 0) return FaultMode.Npt;
        if (state.LastMode != FaultMode.Unknown) return state.LastMode;
        if (config.VendorKnown) return config.IsIntel ? FaultMode.Ept : FaultMode.Npt;
        return (code & 0x80) != 0 ? FaultMode.Ept : FaultMode.Npt;
    }
}
