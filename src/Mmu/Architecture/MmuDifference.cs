namespace KvmTraceLab.Mmu.Architecture;

/// <summary>One input on which KVM's tables and the architecture disagree.</summary>
/// <param name="Id">Which difference this is an instance of; explained in <see cref="DifferenceKind"/> and docs/mmu.md.</param>
/// <param name="Role">The MMU, as <see cref="MmuRole.Spell"/> prints it.</param>
/// <param name="Input">The permissions or entry.</param>
/// <param name="Access">The access.</param>
/// <param name="Kvm">KVM's answer.</param>
/// <param name="Architecture">The processor's answer.</param>
public sealed record MmuDifference(string Id, string Role, string Input, string Access, string Kvm, string Architecture);
