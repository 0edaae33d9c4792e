using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Signatures;
using KvmTraceLab.Mmu.Rules;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Cli.Commands;

/// <summary>Lists of signatures and rules for <c>ktl list</c>.</summary>
internal static class KnownLists
{
    public static ReportTable Signatures()
    {
        var table = new ReportTable(
            new Column("id", "Id", ColumnKind.Text), new Column("title", "Title", ColumnKind.Text), new Column("status", "Status", ColumnKind.Text),
            new Column("next", "Next step", ColumnKind.Text, Optional: true), new Column("source", "Source", ColumnKind.Text, Optional: true));
        foreach (var signature in SignatureCatalog.All)
            table.Add(signature.Id, signature.Title, signature.Detectable ? "detected" : $"listed only: {signature.ListedOnly}", signature.Next, signature.Source);
        return table;
    }

    /// <summary>Rules of the MMU model and of the fault verdicts.</summary>
    public static ReportTable Rules()
    {
        var table = new ReportTable(new Column("rule", "Rule", ColumnKind.Text), new Column("kernel", "Kernel", ColumnKind.Text), new Column("meaning", "Meaning", ColumnKind.Text));
        foreach (var rule in PermissionRules.All) table.Add(rule.Name, rule.Kernel, rule.Sentence);
        foreach (var (name, sentence) in FaultRuleCatalog.All) table.Add(name, "fault verdict", sentence);
        return table;
    }
}
