namespace KvmTraceLab.Mmu.Rules;

/// <summary>The visible list of rules. A new rule is one new file and one line here.</summary>
public static class PermissionRules
{
    public static IReadOnlyList<IPermissionRule> All { get; } =
    [
        new ReadRule(),
        new WriteProtectRule(),
        new UserRule(),
        new NxRule(),
        new EptFetchRule(),
        new SmepRule(),
        new GmetFetchRule(),
        new SmapRule(),
    ];
}
