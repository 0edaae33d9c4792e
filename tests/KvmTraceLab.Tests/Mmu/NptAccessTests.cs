using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Cases;

namespace KvmTraceLab.Tests.Mmu;

/// <summary>The cases of kvm-unit-tests' svm_npt.c: one NPT entry loses a permission, with and without GMET.</summary>
public sealed class NptAccessTests
{
    private static AccessCase Full => new() { Intel = false, Present = true, Write = true, User = true, Nx = false, EferNx = true };

    private static ulong? Info(AccessCase question)
    {
        NestedVerdict verdict = new CaseJudge().Answer(question).Verdict;
        Assert.Equal(verdict.Outcome == NestedOutcome.Ok ? 0 : 0x400, verdict.ExitCode);
        return verdict.Outcome == NestedOutcome.Ok ? null : verdict.ExitInfo;
    }

    [Fact]
    public void Np() => Assert.Equal(0x1_0000_0004UL, Info(Full with { Present = false }));

    [Fact]
    public void Nx() => Assert.Equal(0x1_0000_0015UL, Info(Full with { Nx = true, Operation = AccessOperation.Exec }));

    [Fact]
    public void Us() => Assert.Equal(0x1_0000_0005UL, Info(Full with { User = false }));

    [Fact]
    public void Rw() => Assert.Equal(0x1_0000_0007UL, Info(Full with { Write = false, Operation = AccessOperation.Write }));

    [Fact]
    public void Pfwalk() => Assert.Equal(0x2_0000_0007UL, Info(Full with { Write = false, Walk = true }));

    [Fact]
    public void Reserved_NX_without_EFER_NX() =>
        Assert.Equal(0x1_0000_000dUL, Info(Full with { Nx = true, EferNx = false }));

    [Fact]
    public void Full_permissions_allow_everything_without_GMET()
    {
        foreach (AccessOperation operation in Enum.GetValues<AccessOperation>())
            Assert.Null(Info(Full with { Operation = operation }));
    }

    [Fact]
    public void Gmet_user_page_refuses_a_supervisor_fetch_only()
    {
        AccessCase gmet = Full with { Feature = true };
        Assert.Equal(0x1_0000_0011UL, Info(gmet with { Operation = AccessOperation.Exec }));
        Assert.Null(Info(gmet with { Operation = AccessOperation.Exec, PageUser = true }));
        Assert.Null(Info(gmet with { Operation = AccessOperation.Read }));
        Assert.Null(Info(gmet with { Operation = AccessOperation.Write }));
    }

    [Fact]
    public void Gmet_supervisor_page_is_executable_in_both_modes()
    {
        AccessCase gmet = Full with { Feature = true, User = false, Operation = AccessOperation.Exec };
        Assert.Null(Info(gmet));
        Assert.Null(Info(gmet with { PageUser = true }));
        Assert.Equal(0x1_0000_0011UL, Info(gmet with { Nx = true }));
        Assert.Equal(0x1_0000_0015UL, Info(gmet with { Nx = true, PageUser = true }));
    }

    [Fact]
    public void Gmet_does_not_exist_before_7_2() =>
        Assert.Equal(0x1_0000_0005UL, Info(Full with { Feature = true, User = false, Kernel = KvmKernel.V71 }));
}
