using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu.Tables;

/// <summary>One EPT12 entry as the walker judges it.</summary>
public sealed record EptGpteRow(MmuRole Role, int Level, EptEntry Entry)
{
    public bool Present => Entry.IsPresent(Role);

    public bool Reserved => Entry.HasReservedBits(Role, Level);

    public bool BadMtXwr => Entry.HasBadMtXwr(Role);

    /// <summary>not_present, misconfig or ok.</summary>
    public string Outcome => !Present ? "not_present" : Reserved || BadMtXwr ? "misconfig" : "ok";
}
