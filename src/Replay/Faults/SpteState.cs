namespace KvmTraceLab.Replay.Faults;

/// <summary>How much is known of an SPTE.</summary>
internal enum SpteState : byte
{
    Unknown,
    Absent,
    Known,
}
