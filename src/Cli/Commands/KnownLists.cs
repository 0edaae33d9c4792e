using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Mmu;

namespace KvmTraceLab.Cli.Commands;

/// <summary>Lists of signatures and rules for <c>ktl list</c>.</summary>
internal static class KnownLists
{
    public static ReportTable Signatures() => ListCommand.Table(("id", "Id"), ("title", "Title"), []);

    public static ReportTable Rules() => ListCommand.Table(("rule", "Rule"), ("description", "Description"), []);
}
