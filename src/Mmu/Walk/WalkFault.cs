namespace KvmTraceLab.Mmu.Walk;

/// <summary>A failed walk: what KVM would report.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Level">Level of the entry that ended the walk.</param>
/// <param name="ErrorCode">The PFERR code of <c>walk_addr_generic()</c>, with a stage bit when the access had one.</param>
/// <param name="ExitQualification">For EPT violations the qualification injected into L1; 0 otherwise (also for a misconfiguration).</param>
/// <param name="Why">The rules that deny, for <see cref="WalkFaultKind.Permission"/>.</param>
/// <param name="Nested">The failed nested walk, for <see cref="WalkFaultKind.Nested"/>.</param>
public sealed record WalkFault(
    WalkFaultKind Kind, int Level, PageAccess ErrorCode, ulong ExitQualification, IReadOnlyList<IPermissionRule> Why, WalkResult? Nested = null);
