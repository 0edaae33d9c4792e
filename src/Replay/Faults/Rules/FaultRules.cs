namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>The visible list: the first rule that speaks decides.</summary>
internal static class FaultRules
{
    public static IReadOnlyList<IFaultRule> All { get; } =
    [
        new InconsistentCodeRule(),
        new NestedRule(),
        new L1OtherRule(),
        new GuestPageFaultRule(),
        new MmioRule(),
        new XsXuRule(),
        new GmetUserRule(),
        new EmulatedWriteRule(),
        new ResolvedRule(),
        new ReverseMapRule(),
        new SpuriousRule(),
        new UnresolvedRule(),
    ];
}
