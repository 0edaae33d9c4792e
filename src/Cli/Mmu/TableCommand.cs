using System.CommandLine;
using KvmTraceLab.Mmu.Tables;

namespace KvmTraceLab.Cli.Mmu;

/// <summary><c>ktl mmu table NAME</c>: a complete truth table of the model.</summary>
internal static class TableCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "the table; leave out to list all", Arity = ArgumentArity.ZeroOrOne };
        Option<string> format = MmuOptions.Format("csv");
        Option<string?> output = CommonOptions.Output();
        var command = new Command("table", Examples.Text("Print a whole truth table.", "ktl mmu table permission_ept --format csv")) { name, format, output };
        command.SetAction(parsed => MmuRun.Write(parsed.GetValue(output),
            writer => Run(parsed.GetValue(name), MmuOptions.ParseFormat(parsed.GetValue(format)!), writer)));
        return command;
    }

    private static IReadOnlyList<TableSpec> All { get; } = [.. TruthTables.All, .. ExitNameTables.All];

    /// <summary>Prints a table, or the list of tables when no name is given.</summary>
    public static int Run(string? name, MmuFormat format, TextWriter output)
    {
        if (name is null)
        {
            MmuText.Table(output, format, "ktl/mmu-tables/1", "tables", ["name", "rows", "what"],
                All.Select(t => new[] { t.Name, t.RowCount.ToString(), t.What }));
            return 0;
        }

        TableSpec table = All.FirstOrDefault(t => t.Name == name)
            ?? throw new UsageException($"mmu table: no table '{name}'; there are {string.Join(", ", All.Select(t => t.Name))}");
        MmuText.Table(output, format, "ktl/mmu-table/1", table.Name, table.Columns, table.Rows());
        return 0;
    }
}
