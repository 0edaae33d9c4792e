namespace KvmTraceLab.Cli.Mmu;

/// <summary>How a result is written.</summary>
internal enum MmuFormat
{
    Text,
    Json,
    Csv,
    Md,
}
