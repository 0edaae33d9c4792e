using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Architecture;
using KvmTraceLab.Mmu.Rules;
using KvmTraceLab.Mmu.Tables;

namespace KvmTraceLab.Tests.Mmu;

/// <summary>Every role × access × permission set, the table against the if-chains of the manuals; and rules that are broken on purpose.</summary>
public sealed class PermissionTwinTests
{
    /// <summary>What can be asked of the table at all. The rest is in <c>ktl mmu diff</c>, as not reachable.</summary>
    internal static bool Legal(PermissionRow row)
    {
        if (!MmuDiff.Legal(row))
            return false;

        // Not-present, malformed and reserved entries are found before the table is asked.
        if (MmuDiff.Twin(row) is ArchitectureOutcome.NotPresent or ArchitectureOutcome.Malformed)
            return false;

        // Without GMET there are no supervisor walks of NPT.
        return row.Role.Kind != MmuKind.Npt || row.Role.Gmet || row.Access.Has(PageAccess.User);
    }

    internal static IEnumerable<MmuRole> Roles()
    {
        bool[] bools = [false, true];
        foreach (bool mbec in bools)
        {
            foreach (bool execOnly in bools)
                yield return MmuRole.Ept(mbec, execOnly);
        }

        foreach (bool gmet in bools)
        {
            foreach (bool nx in bools)
                yield return MmuRole.Npt(gmet, nx);
        }

        for (int bits = 0; bits < 16; bits++)
            yield return MmuRole.Shadow(nx: (bits & 1) != 0, wp: (bits & 2) != 0, smep: (bits & 4) != 0, smap: (bits & 8) != 0);
    }

    internal static IEnumerable<PermissionRow> Rows(IReadOnlyList<IPermissionRule> rules)
    {
        foreach (MmuRole role in Roles())
        {
            var table = new PermissionTable(role, rules);
            for (int bits = 0; bits < 32; bits++)
            {
                PageAccess access = PageAccess.None
                    .With(PageAccess.Write, (bits & 1) != 0).With(PageAccess.User, (bits & 2) != 0)
                    .With(PageAccess.Fetch, (bits & 4) != 0).With(PageAccess.ImplicitAccess, (bits & 8) != 0);
                bool ac = (bits & 16) != 0;
                for (int acc = 0; acc < 16; acc++)
                    yield return new(role, access, ac, (Acc)acc, table.Faults((Acc)acc, access.WithEflagsAc(ac)));
            }
        }
    }

    internal static string? FirstDisagreement(IReadOnlyList<IPermissionRule> rules) =>
        (from row in Rows(rules).Where(Legal)
         let twin = MmuDiff.Twin(row)
         where row.Fault != (twin != ArchitectureOutcome.Allowed)
         select $"role: {row.Role.Spell()}  acc: {row.Role.Layout.Spell(row.Acc)}  access: {row.Access.Spell()}  kvm: {(row.Fault ? "fault" : "allowed")}  hardware: {twin}")
        .FirstOrDefault();

    [Fact]
    public void The_tables_agree_with_the_manuals_on_every_legal_input()
    {
        Assert.Null(FirstDisagreement(PermissionRules.All));
        Assert.Equal(2904, Rows(PermissionRules.All).Count(Legal));
    }

    public static TheoryData<string> RuleNames() => [.. PermissionRules.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void A_missing_rule_is_noticed(string name) =>
        Assert.NotNull(FirstDisagreement([.. PermissionRules.All.Where(r => r.Name != name)]));

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void A_rule_with_its_mask_flipped_is_noticed(string name)
    {
        string? found = FirstDisagreement(Mutated(name, denied => denied == AccSet.None ? denied : new AccSet((ushort)~denied.Bits)));
        Assert.NotNull(found);
        Assert.StartsWith("role: ", found, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void A_rule_that_denies_everything_is_noticed(string name) =>
        Assert.NotNull(FirstDisagreement(Mutated(name, denied => denied == AccSet.None ? denied : new AccSet(0xffff))));

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void A_rule_that_always_fires_is_noticed(string name) =>
        Assert.NotNull(FirstDisagreement(Mutated(name, denied => denied == AccSet.None ? new AccSet(0xffff) : denied)));

    [Fact]
    public void Why_names_exactly_the_rules_that_make_a_fault()
    {
        foreach (MmuRole role in Roles())
        {
            var table = new PermissionTable(role);
            for (uint pfec = 0; pfec < 32; pfec += 2)
            {
                for (int acc = 0; acc < 16; acc++)
                {
                    IReadOnlyList<IPermissionRule> why = table.Why((Acc)acc, (PageAccess)pfec);
                    Assert.Equal(table.Faults((Acc)acc, (PageAccess)pfec), why.Count > 0);
                    Assert.All(why, r => Assert.True(r.Denied(role, (PageAccess)pfec).Contains((Acc)acc)));
                }
            }
        }
    }

    [Fact]
    public void Stage_and_present_bits_do_not_change_a_check()
    {
        var table = new PermissionTable(MmuRole.Ept(mbec: true));
        PageAccess extra = PageAccess.Present | PageAccess.GuestFinal | PageAccess.GuestPage | PageAccess.PrivateAccess;
        for (int acc = 0; acc < 16; acc++)
            Assert.Equal(table.Faults((Acc)acc, PageAccess.Fetch | PageAccess.User), table.Faults((Acc)acc, PageAccess.Fetch | PageAccess.User | extra));
    }

    private static IPermissionRule[] Mutated(string name, Func<AccSet, AccSet> change) =>
        [.. PermissionRules.All.Select(r => r.Name == name ? new Mutant(r, change) : r)];

    private sealed class Mutant(IPermissionRule rule, Func<AccSet, AccSet> change) : IPermissionRule
    {
        public string Name => rule.Name;

        public string Kernel => rule.Kernel;

        public string Sentence => rule.Sentence;

        public AccSet Denied(MmuRole role, PageAccess access) => change(rule.Denied(role, access));
    }
}
