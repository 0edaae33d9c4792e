using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>Counts, cases, and the order in which faults are told.</summary>
public sealed class FaultTallyTests
{
    private static readonly FaultAccess Read = new(FaultMode.Npt, 4), Write = new(FaultMode.Npt, 6);
    private static readonly LaneFaults Lane = new(new VcpuLane(7, 0)), Other = new(new VcpuLane(8, 1));

    private static FaultRecord Record(int time, FaultVerdict verdict) => new(time, 7, GuestLevel.L1, 0x12000, Read, verdict);

    private static FaultRun OfFrame(ulong frame) => new(new FaultRun.Identity(GuestLevel.L1, frame, 4, 0), Lane);

    /// <summary>A fault is told when all before it are: those that wait for their run with what became of it.</summary>
    [Fact]
    public void Faults_are_told_in_order()
    {
        var told = new List<string>();
        var tally = new FaultTally(r => told.Add($"{r.TimeNs} {r.Verdict.Name()}"));
        var run = OfFrame(0x12);
        var (first, second, third, fourth) = (tally.Place(), tally.Place(), tally.Place(), tally.Place());
        tally.Decided(Record(2, FaultVerdict.Race), second);
        tally.Waits(Record(3, FaultVerdict.ExpectedRetry), run, third);
        tally.Decided(Record(4, FaultVerdict.ExpectedCow), fourth);
        tally.Flush();
        Assert.Empty(told);
        tally.Decided(Record(1, FaultVerdict.SpuriousOk), first);
        Assert.Equal(["1 SPURIOUS_OK", "2 RACE"], told);
        (run.IsClosed, run.Verdict) = (true, FaultVerdict.Livelock);
        tally.Flush();
        Assert.Equal(["1 SPURIOUS_OK", "2 RACE", "3 LIVELOCK", "4 EXPECTED_COW"], told);
        Assert.Equal((1, 0), (tally[FaultVerdict.Race], tally[FaultVerdict.Livelock]));
    }

    [Fact]
    public void A_run_without_a_last_word_leaves_each_its_look()
    {
        var told = new List<string>();
        var tally = new FaultTally(r => told.Add(r.Verdict.Name()));
        var run = OfFrame(0x12);
        tally.Waits(Record(1, FaultVerdict.ExpectedRetry), run, tally.Place());
        run.IsClosed = true;
        tally.Flush();
        Assert.Equal(["EXPECTED_RETRY"], told);
    }

    [Fact]
    public void Nobody_listens()
    {
        var tally = new FaultTally(null);
        Assert.Null(tally.Place());
        tally.Decided(Record(1, FaultVerdict.Race), null);
        tally.Waits(Record(1, FaultVerdict.Race), OfFrame(1), null);
        tally.Flush();
        Assert.Equal((1, true), (tally[FaultVerdict.Race], tally.Blocking is null));
    }

    /// <summary>200 000 may wait. What blocks is the first's run, as long as it has no last word.</summary>
    [Fact]
    public void A_run_that_holds_up_too_many_is_named()
    {
        var tally = new FaultTally(_ => { });
        var run = OfFrame(0x12);
        var first = tally.Place();
        for (var i = 1; i < 200_001; i++) tally.Place();
        Assert.Null(tally.Blocking);
        tally.Waits(Record(1, FaultVerdict.ExpectedRetry), run, first);
        Assert.Same(run, tally.Blocking);
        run.IsClosed = true;
        Assert.Null(tally.Blocking);

        var full = new FaultTally(_ => { });
        full.Waits(Record(1, FaultVerdict.ExpectedRetry), OfFrame(1), full.Place());
        for (var i = 1; i < 200_000; i++) full.Place();
        Assert.Null(full.Blocking);
    }

    [Fact]
    public void A_case_is_a_verdict_a_thread_a_level_a_page_and_an_access()
    {
        var tally = new FaultTally(null);
        var run = OfFrame(0x12);
        var first = Case(FaultVerdict.Livelock, Lane, GuestLevel.L1, 0x12345, Read);
        Assert.Equal((FaultVerdict.Livelock, 7, GuestLevel.L1, 0x12345UL, 0x1000UL, 5L, "the same fault again and again at the same rip: "),
            (first.Verdict, first.Tid, first.Level, first.Gpa, first.Rip, first.FirstNs, first.Why));
        Assert.Same(first, Case(FaultVerdict.Livelock, Lane, GuestLevel.L1, 0x12fff, new FaultAccess(FaultMode.Npt, 5)));
        BugCase[] others =
        [
            Case(FaultVerdict.BugAlreadyGranted, Lane, GuestLevel.L1, 0x12345, Read), Case(FaultVerdict.Livelock, Other, GuestLevel.L1, 0x12345, Read),
            Case(FaultVerdict.Livelock, Lane, GuestLevel.L2, 0x12345, Read), Case(FaultVerdict.Livelock, Lane, GuestLevel.L1, 0x13345, Read),
            Case(FaultVerdict.Livelock, Lane, GuestLevel.L1, 0x12345, Write),
        ];
        Assert.Equal([first, .. others], tally.Cases);

        BugCase Case(FaultVerdict verdict, LaneFaults lane, GuestLevel level, ulong gpa, FaultAccess access) => tally.CaseOf(verdict, lane.Lane, level, gpa, access, 0x1000, 5, run)!;
    }

    /// <summary>The case of a single fault has its sentence and its events; of further ones only what they say is counted.</summary>
    [Fact]
    public void A_case_of_single_faults()
    {
        var tally = new FaultTally(null);
        var context = FaultCase.Of("npt61 4").Context();
        var first = Case("first", 0x12345)!;
        Assert.Equal("first", first.Why);
        Assert.Same(first, Case("second", 0x12fff));
        Assert.Equal("third", Case("third", 0x13000)!.Why);
        Assert.Equal(2, tally.Cases.Count);

        BugCase? Case(string why, ulong gpa) => tally.CaseOf(FaultVerdict.BugGmetUserSet, Lane.Lane, GuestLevel.L1, gpa, Read, 0, 5, Judgement.Final(FaultVerdict.BugGmetUserSet, why), context, context.Group);
    }

    [Fact]
    public void Ten_thousand_cases_are_kept()
    {
        var tally = new FaultTally(null);
        var run = OfFrame(0x12);
        for (var i = 0UL; i < 10_000; i++) Assert.NotNull(tally.CaseOf(FaultVerdict.Livelock, Lane.Lane, GuestLevel.L1, i << 12, Read, 0, 0, run));
        Assert.Equal((10_000, 0L), (tally.Cases.Count, tally.CasesDropped));
        Assert.Null(tally.CaseOf(FaultVerdict.Livelock, Lane.Lane, GuestLevel.L1, 10_000UL << 12, Read, 0, 0, run));
        Assert.NotNull(tally.CaseOf(FaultVerdict.Livelock, Lane.Lane, GuestLevel.L1, 0, Read, 0, 0, run));
        Assert.Equal((10_000, 1L), (tally.Cases.Count, tally.CasesDropped));
    }

    [Fact]
    public void Classes_of_verdicts()
    {
        var bugs = Enum.GetValues<FaultVerdict>().Where(v => v.IsBug()).Select(v => v.Name());
        Assert.Equal("BUG_WRONG_REFLECTED_INFO BUG_SWALLOWED_L1_VIOLATION BUG_SPURIOUS_REFLECTION BUG_ALREADY_GRANTED BUG_XS_XU_DESYNC BUG_GMET_USER_SET LIVELOCK_NO_PROGRESS_SPTE LIVELOCK", string.Join(' ', bugs));
        var neither = Enum.GetValues<FaultVerdict>().Where(v => !v.IsBug() && !v.IsExpected()).Select(v => v.Name());
        Assert.Equal("OPEN SUSPECT_INCONSISTENT_QUAL RETRY_STORM UNEXPLAINED UNDECIDABLE", string.Join(' ', neither));
    }

    [Theory]
    [InlineData(GuestLevel.L1, "L1")]
    [InlineData(GuestLevel.L2, "L2")]
    [InlineData(GuestLevel.Unknown, "L1")]
    public void The_word_of_a_level(GuestLevel level, string word) => Assert.Equal(word, new FaultRecord(0, 0, level, 0, Read, FaultVerdict.Race).LevelWord);
}
