using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Cases;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Mmu.Walk;

namespace KvmTraceLab.Tests.Mmu;

/// <summary>
/// The cases of kvm-unit-tests' vmx_tests.c (ept_access_*): one EPT entry gets the listed permissions, at every level and as
/// huge pages, with and without MBEC. Expectations are written down here, not computed.
/// </summary>
public sealed class EptAccessTests
{
    private const ulong R = 1, W = 2, Xs = 4, Xu = 1 << 10, Wb = 6 << 3, Huge = 1 << 7;
    private const ulong All = R | W | Xs | Xu;

    /// <summary>Permissions, MBEC, access, page U bit; expected bits 6:0 of the qualification, or null when allowed.</summary>
    public static TheoryData<ulong, bool, PageAccess, ulong?> Cases() => new()
    {
        // nothing mapped
        { 0, false, PageAccess.None, 0x01 },
        { 0, false, PageAccess.Write, 0x02 },
        { 0, false, PageAccess.Fetch, 0x04 },
        { 0, true, PageAccess.Fetch | PageAccess.User, 0x04 },
        // read only
        { R, false, PageAccess.None, null },
        { R, false, PageAccess.Write, 0x0a },
        { R, false, PageAccess.Fetch, 0x0c },
        // read and write
        { R | W, false, PageAccess.None, null },
        { R | W, false, PageAccess.Write, null },
        { R | W, false, PageAccess.Fetch, 0x1c },
        // execute only
        { Xs, false, PageAccess.None, 0x21 },
        { Xs, false, PageAccess.Write, 0x22 },
        { Xs, false, PageAccess.Fetch, null },
        // without MBEC XS is for everybody, with MBEC for supervisor pages
        { Xs, false, PageAccess.Fetch | PageAccess.User, null },
        { Xs, true, PageAccess.Fetch | PageAccess.User, 0x24 },
        { Xs, true, PageAccess.Fetch, null },
        // XU: nothing without MBEC, user pages with it
        { Xu, false, PageAccess.Fetch | PageAccess.User, 0x04 },
        { Xu, true, PageAccess.Fetch | PageAccess.User, null },
        { Xu, true, PageAccess.Fetch, 0x44 },
        { Xu, true, PageAccess.None, 0x41 },
        { R | W | Xu, true, PageAccess.Fetch, 0x5c },
        { R | W | Xu, true, PageAccess.Fetch | PageAccess.User, null },
        { R | W | Xs, true, PageAccess.Fetch | PageAccess.User, 0x3c },
        { R | Xu, true, PageAccess.Write, 0x4a },
        { R | W | Xu, false, PageAccess.Fetch | PageAccess.User, 0x1c },
        { All, true, PageAccess.Fetch | PageAccess.User, null },
        { All, true, PageAccess.Write, null },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ept_access_at_each_level(ulong permissions, bool mbec, PageAccess access, ulong? low)
    {
        var table = new PermissionTable(MmuRole.Ept(mbec));
        foreach (int rootLevel in new[] { 4, 5 })
        {
            for (int level = 1; level <= rootLevel; level++)
            {
                Check(Restricted(rootLevel, 1, level), rootLevel);
                if (level is 2 or 3)
                    Check(Restricted(rootLevel, level, level), rootLevel);
            }
        }

        // The entry of one level gets the permissions, the others all of them.
        TestMemory Restricted(int rootLevel, int leafLevel, int level)
        {
            ulong leaf = Wb | (leafLevel > 1 ? Huge : 0);
            TestMemory memory = TestMemory.Chain(rootLevel, leafLevel, All, leaf | All);
            memory[TestMemory.TableOf(rootLevel, level)] = level == leafLevel
                ? leaf | permissions
                : TestMemory.TableOf(rootLevel, level - 1) | permissions;
            return memory;
        }

        void Check(TestMemory memory, int rootLevel)
        {
            WalkResult result = PageWalk.Ept(memory, table, 0x1000 | 0x1e, rootLevel, 0, access | PageAccess.GuestFinal);
            if (low is null)
            {
                Assert.True(result.IsAllowed);
                return;
            }

            Assert.NotNull(result.Fault);
            Assert.Equal(0x180 | low.Value, result.Fault.ExitQualification);
            Assert.Equal((permissions & (mbec ? All : 7)) == 0 ? WalkFaultKind.NotPresent : WalkFaultKind.Permission, result.Fault.Kind);
        }
    }

    [Theory]
    [InlineData(W, false, true)]
    [InlineData(W | Xs, false, true)]
    [InlineData(W | Xu, true, true)]
    [InlineData(Xs, false, false)]
    [InlineData(Xu, true, false)]
    public void Misconfigurations(ulong permissions, bool mbec, bool execOnly)
    {
        var table = new PermissionTable(MmuRole.Ept(mbec, execOnly));
        WalkResult result = PageWalk.Ept(TestMemory.Chain(4, 1, All, Wb | permissions), table, 0x1000, 4, 0, PageAccess.GuestFinal);
        Assert.Equal(WalkFaultKind.Reserved, result.Fault!.Kind);
        Assert.Equal(0UL, result.Fault.ExitQualification);
        NestedVerdict verdict = NestedFault.JudgeEpt(table, new EptEntry(permissions), PageAccess.GuestFinal);
        Assert.Equal((NestedOutcome.Misconfig, 49, 0UL), (verdict.Outcome, verdict.ExitCode, verdict.ExitInfo));
    }

    [Theory]
    [InlineData(1, 46, true)]
    [InlineData(1, 51, true)]
    [InlineData(1, 52, false)]
    [InlineData(1, 8, false)]
    [InlineData(1, 9, false)]
    [InlineData(1, 11, false)]
    [InlineData(4, 46, true)]
    [InlineData(4, 3, true)]
    [InlineData(4, 7, true)]
    [InlineData(3, 3, true)]
    [InlineData(3, 6, true)]
    [InlineData(2, 3, true)]
    [InlineData(2, 6, true)]
    [InlineData(2, 63, false)]
    public void Reserved_bits_make_a_misconfiguration_but_only_of_present_entries(int level, int bit, bool misconfig)
    {
        var table = new PermissionTable(MmuRole.Ept(mbec: false));
        foreach (bool present in new[] { true, false })
        {
            TestMemory memory = TestMemory.Chain(4, 1, All, Wb | All);
            ulong entry = level == 1 ? Wb | All : TestMemory.TableOf(4, level - 1) | All;
            memory[TestMemory.TableOf(4, level)] = (present ? entry : entry & ~All) | 1UL << bit;
            WalkResult result = PageWalk.Ept(memory, table, 0x1000, 4, 0, PageAccess.GuestFinal);
            if (!present)
                Assert.Equal((WalkFaultKind.NotPresent, 0x181UL), (result.Fault!.Kind, result.Fault.ExitQualification));
            else if (misconfig)
                Assert.Equal(WalkFaultKind.Reserved, result.Fault!.Kind);
            else
                Assert.True(result.IsAllowed);
        }
    }

    [Theory]
    [InlineData(2, 12)]
    [InlineData(2, 19)]
    [InlineData(3, 12)]
    [InlineData(3, 28)]
    public void Huge_pages_must_be_aligned(int level, int bit)
    {
        var table = new PermissionTable(MmuRole.Ept(mbec: false));
        WalkResult result = PageWalk.Ept(TestMemory.Chain(4, level, All, Wb | All | Huge | 1UL << bit), table, 0x1000, 4, 0, PageAccess.GuestFinal);
        Assert.Equal(WalkFaultKind.Reserved, result.Fault!.Kind);
    }

    [Theory]
    [InlineData(true, AccessOperation.Read, R, 0x8bUL)]
    [InlineData(true, AccessOperation.Exec, R | Xs, 0xabUL)]
    [InlineData(true, AccessOperation.Read, R | W, null)]
    [InlineData(false, AccessOperation.Read, R, null)]
    [InlineData(false, AccessOperation.Read, 0, 0x81UL)]
    [InlineData(false, AccessOperation.Write, R, 0x8bUL)]
    [InlineData(true, AccessOperation.Read, 0, 0x83UL)]
    [InlineData(false, AccessOperation.Write, 0, 0x81UL)] // the read comes first
    [InlineData(false, AccessOperation.Write, R | W, null)]
    public void Guest_page_table_accesses_with_and_without_EPT_AD(bool ad, AccessOperation operation, ulong permissions, ulong? qualification)
    {
        NestedVerdict verdict = new CaseJudge().Answer(new AccessCase
        {
            Intel = true, ExecOnly = true, AccessedDirty = ad, Walk = true, Operation = operation, PageUser = true,
            Read = (permissions & R) != 0, Write = (permissions & W) != 0, ExecS = (permissions & Xs) != 0,
        }).Verdict;
        Assert.Equal(qualification ?? 0, verdict.ExitInfo);
        Assert.Equal(qualification is null ? NestedOutcome.Ok : NestedOutcome.Violation, verdict.Outcome);
    }
}
