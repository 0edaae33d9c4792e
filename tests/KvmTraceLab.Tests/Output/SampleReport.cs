using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Tests.Output;

/// <summary>A small report made by hand that uses everything a report has.</summary>
internal static class SampleReport
{
    public const string Evil = "CPU \u001b[31m0\u0007/KVM <script>alert('x')</script> & \"q\" |`*_";

    public static Report Create()
    {
        var report = new Report("analyze");
        report.Document["source"] = new JsonObject { ["path"] = "a<b>&+'.txt", ["comm"] = Evil, ["share"] = 0.25 };
        report.Headlines.Add(new(HeadlineKind.Trouble, "vCPU 0 (tid 16105) spins: 3 events repeat 52 times and the guest waits on the ACPI PM timer at port 0x608.",
            ["since 987816.220601, 2.20ms after CR4 was written with CET=1", "confidence high: the same RIP, the same port, nothing else in between"],
            "look at what the guest polls at 0xfffff80577e1a4a0; see ktl events --around 987816.220601 -C 20"));
        report.Headlines.Add(new(HeadlineKind.Caution, "At least 12 events were lost between 1.000001 and 1.500002 on CPU 3.", [], null));
        report.Headlines.Add(new(HeadlineKind.Fact, "No fault verdict calls KVM wrong.", [], null));
        var exits = new ReportTable(
            new("reason", "VM-EXIT", ColumnKind.Text), new("count", "Samples", ColumnKind.Count),
            new("share", "Samples%", ColumnKind.Share), new("time_share", "Time%", ColumnKind.Share),
            new("min_ns", "Min Time", ColumnKind.Duration), new("max_ns", "Max Time", ColumnKind.Duration),
            new("mean_ns", "Avg time", ColumnKind.Duration), new("rate_per_s", "Rate", ColumnKind.Rate, Optional: true),
            new("p50_ns", "p50", ColumnKind.Duration, Optional: true), new("p95_ns", "p95", ColumnKind.Duration, Optional: true),
            new("p99_ns", "p99", ColumnKind.Duration, Optional: true), new("last_rip", "Last RIP", ColumnKind.Hex, Optional: true))
        {
            Footer = "Total Samples:1234573, Total events handled time:4560000.12us.",
            ShowAtMost = 3,
        };
        exits.Add("IO_INSTRUCTION", 1234567L, 0.9999951, 0.75, 470L, 1_230_000L, 3_690L, 1234.5, 3500L, 5000L, 9000L, 0xfffff80577e1a4a0UL);
        exits.Add("EPT_VIOLATION", 4L, 0.00000324, 0.25, 1_000L, 4_560_000_000L, 1_140_000_000L, 0.53, 2000L, 2000L, 2000L, 0x7c00UL);
        exits.Add("a reason with 漢字 and e\u0301 and a name that no table of this width could ever show whole", 1L, 0.0000008, null, null, null, null, null, null, null, null, null);
        exits.Add("HLT", 1L, 0.0000008, 0.0, 5L, 5L, 5L, 1.0, 5L, 5L, 5L, 0UL);
        report.Sections.Add(new("exits", "Exits by reason") { Table = exits });
        var loop = new ReportSection("loop-1", "Loop 1: 3 events, 52 turns, tid 16105")
        {
            Paragraphs = ["What varies: val. # A line that wraps and could start with a mark of Markdown if one is not careful - or with 12. like a list, or > a quote."],
            Table = Ports(),
            Verbatim =
            [
                " CPU 0/KVM-16105 [011] d..2. 987816.220601: kvm_exit:             reason IO_INSTRUCTION rip 0xfffff80577e1a4a0 info 6080008 0",
                "\tkvm_pio: pio_read at 0x608 size 4 count 1 val 0x1b\u001b[2J ```",
            ],
        };
        report.Sections.Add(new("loops", "Loops") { Paragraphs = ["1 loop."], Children = [loop] });
        report.Sections.Add(new("faults", "Fault verdicts") { Table = new(new Column("verdict", "Verdict", ColumnKind.Text)) });
        return report;
    }

    private static ReportTable Ports()
    {
        var table = new ReportTable(
            new("time", "First", ColumnKind.Time), new("port", "Port", ColumnKind.Hex), new("comm", "Task", ColumnKind.Text),
            new("spread", "Spread", ColumnKind.Number), new("ticks", "Ticks", ColumnKind.Duration)) { TimeUnit = "cycles" };
        table.Add(123456L, 0x608UL, Evil, 1.5, 470L);
        return table;
    }
}
