namespace KvmTraceLab.Mmu.Cases;

/// <summary>What a case does.</summary>
public enum AccessOperation
{
    Read,
    Write,
    Exec,
}
