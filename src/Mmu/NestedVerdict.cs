namespace KvmTraceLab.Mmu;

/// <summary>KVM's answer to an L2 access, as L1 sees it.</summary>
/// <param name="Outcome">Allowed, violation or misconfiguration.</param>
/// <param name="ExitCode">48, 49 or 0x400; 0 when allowed.</param>
/// <param name="ExitInfo">Exit qualification or EXITINFO1; 0 when allowed and for a misconfiguration.</param>
/// <param name="Present">The entries were all present.</param>
/// <param name="Why">The rules that deny, when a permission was missing.</param>
public sealed record NestedVerdict(NestedOutcome Outcome, int ExitCode, ulong ExitInfo, bool Present, IReadOnlyList<IPermissionRule> Why);
