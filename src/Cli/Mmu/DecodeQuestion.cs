namespace KvmTraceLab.Cli.Mmu;

/// <summary>One value to decode.</summary>
/// <param name="Kind">The option's name without dashes: vmx, npf, pf, io, svm-io, cr, cr0, cr4, efer, role, spte.</param>
/// <param name="Value">The raw value.</param>
internal sealed record DecodeQuestion(string Kind, ulong Value);
