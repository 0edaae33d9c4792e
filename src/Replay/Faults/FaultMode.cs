namespace KvmTraceLab.Replay.Faults;

/// <summary>Which kind of error code a fault carries.</summary>
public enum FaultMode : byte
{
    Unknown,

    /// <summary>VMX: the raw exit qualification.</summary>
    Ept,

    /// <summary>SVM: EXITINFO1, PFERR bits.</summary>
    Npt,

    /// <summary>Shadow paging: an x86 #PF error code; the address is a guest virtual one.</summary>
    Shadow,
}
