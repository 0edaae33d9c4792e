using KvmTraceLab.Analysis.Compare;

namespace KvmTraceLab.Tests.Analysis.Compare;

public sealed class StageTextTests
{
    private const string Perf = """

        Analyze events for all VMs, all VCPUs:

                     VM-EXIT    Samples  Samples%     Time%    Min Time    Max Time         Avg time

                         HLT       9000    90.00%    99.00%      0.30us   9999.10us    100.00us ( +-   1.09% )
          EXTERNAL_INTERRUPT       1000    10.00%     1.00%      0.47us     12.10us      2.50us ( +-   0.20% )

        Total Samples:10000, Total events handled time:902500.00us.

        """;

    private const string NewPerf = """
        Analyze events for all VMs, all VCPUs:

         Event name            Samples  Sample%   Time (ns)   Time%  Max Time (ns)  Min Time (ns)  Mean Time (ns)
         EPT_VIOLATION             300   75.00%      600000  60.00%          9000            500            2000
         CPUID                     100   25.00%      400000  40.00%          9000            500            4000

        """;

    private const string Csv = """
        Timestamp,kvm_entry,kvm_exit,kvm_exit(HLT),kvm_exit(CPUID)
        2026-05-11 06:54:59,10,10,7,3
        2026-05-11 06:55:01,20,20,15,5
        2026-05-11 06:55:03,30,30,25,5
        """;

    private const string Columns = """
          exits halt_exits io_exits
           1000        900      100
           1100        950      150
        """;

    [Theory]
    [InlineData(Perf, "perf-kvm-stat")]
    [InlineData(NewPerf, "perf-kvm-stat")]
    [InlineData(Csv, "kvm_stat-log")]
    [InlineData(Columns, "kvm_stat-log")]
    [InlineData("CPU 0/KVM-16105 [001] .....  4327.373469: kvm_exit: reason HLT rip 0x1 info 0 0\n", null)]
    [InlineData("Most of these exits are VMREAD\nand the others are not\n", null)]
    [InlineData("", null)]
    public void Texts_are_known_by_their_content(string text, string? format) => Assert.Equal(format, StageText.Sniff(text));

    [Fact]
    public void Perf_kvm_stat_has_sums_without_a_length()
    {
        RunSeries run = Read(Perf);
        Assert.Equal((10_000L, null, 0), (run.Exits, run.Seconds, run.Windows.Count));
        Assert.Equal(new ReasonTally(9000, 900_000_000), run.Reasons["HLT"]);
        Assert.Equal(new ReasonTally(1000, 2_500_000), run.Reasons["EXTERNAL_INTERRUPT"]);
        Assert.Equal((902_500_000L, 2_500_000L), (run.HostNs!.Value, run.BusyHostNs!.Value));
        Assert.Equal(5, StageText.Read("p", new StringReader(Perf), 5).Seconds);
    }

    [Fact]
    public void The_newer_columns_of_perf_give_the_sum_of_time()
    {
        RunSeries run = Read(NewPerf);
        Assert.Equal(400, run.Exits);
        Assert.Equal(new ReasonTally(300, 600_000), run.Reasons["EPT_VIOLATION"]);
    }

    [Fact]
    public void Kvm_stat_rows_are_windows()
    {
        RunSeries run = Read(Csv);
        Assert.Equal([10, 20, 30], run.Windows);
        Assert.Equal((60L, 6.0), (run.Exits, run.Seconds!.Value));
        Assert.Equal((47L, 13L), (run.Reasons["HLT"].Count, run.Reasons["CPUID"].Count));

        RunSeries columns = Read(Columns);
        Assert.Equal((2100L, 2.0), (columns.Exits, columns.Seconds!.Value));
        Assert.Equal(1850, columns.Reasons["halt_exits"].Count);
    }

    [Fact]
    public void Two_reports_of_perf_have_a_ratio_and_no_verdict()
    {
        Stage stage = new("perf", [Read(Perf)], null);
        var result = Comparer.Compare([stage, stage], new CompareOptions { Per = ComparePer.Trace, Expect = 1 });
        Assert.Equal(1, result.Overall.Ratio);
        Assert.Null(result.Overall.Low);
        Assert.Equal(ClaimVerdict.CannotTell, result.Verdict);
        Assert.Contains("several runs", result.Why, StringComparison.Ordinal);
        Assert.Contains("does not tell how many seconds", Comparer.Compare([stage, stage], new CompareOptions()).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Timestamp,kvm_exit\n2026-05-11 06:54:59,x\n", 2)]
    [InlineData("Timestamp,kvm_exit,kvm_entry\n2026-05-11 06:54:59\n", 2)]
    [InlineData("Timestamp,kvm_exit\n", 0)]
    [InlineData("VM-EXIT    Samples  Samples%     Time%\nHLT many 5%\n", 2)]
    [InlineData("VM-EXIT    Samples  Samples%     Time%\nHLT 7\n", 2)]
    [InlineData("VM-EXIT    Samples  Samples%     Time%\nHLT 7 100% 100%\nTotal Samples:8, Total events handled time:1us.\n", 0)]
    public void Broken_texts_are_refused_with_their_place(string text, int line)
    {
        var e = Assert.Throws<StageFileException>(() => Read(text));
        Assert.Equal(line, e.Line);
        Assert.StartsWith(line > 0 ? $"file:{line}: " : "file: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reasons_asked_for_count_alone()
    {
        RunSeries perf = StageText.Read("p", new StringReader(Perf), reasons: new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "external_interrupt" });
        Assert.Equal((1000L, 1, 2_500_000L), (perf.Exits, perf.Reasons.Count, perf.HostNs!.Value));
        RunSeries log = StageText.Read("k", new StringReader(Csv), reasons: new HashSet<string> { "CPUID" });
        Assert.Equal([3L, 5, 5], log.Windows);
        Assert.Equal((13L, 1), (log.Exits, log.Reasons.Count));
        RunSeries none = StageText.Read("k", new StringReader(Columns), reasons: new HashSet<string> { "MSR" });
        Assert.Equal((0L, 0), (none.Exits, none.Reasons.Count));
    }

    private static RunSeries Read(string text) => StageText.Read("file", new StringReader(text));
}
