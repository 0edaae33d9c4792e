using System.CommandLine;
using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Cases;
using KvmTraceLab.Mmu.Tables;
using KvmTraceLab.Output.Mmu;

namespace KvmTraceLab.Cli.Mmu;

/// <summary><c>ktl mmu eval CASES.csv</c>: the model's answer to every row of a file.</summary>
internal static class EvalCommand
{
    private static readonly string[] Answers = ["model_outcome", "model_exit_code", "model_exit_info_hex"];

    public static Command Create()
    {
        var file = new Argument<string>("CASES.csv") { Description = "cases, or - for standard input" };
        Option<string> format = MmuOptions.Format("csv");
        Option<string?> output = MmuOptions.Output();
        var command = new Command("eval", $"Evaluate a file of cases with the columns {string.Join(',', EvalColumns.Names)}.") { file, format, output };
        command.SetAction(parsed => MmuRun.Guard(Console.Out, Console.Error, parsed.GetValue(output), writer =>
        {
            string path = parsed.GetValue(file)!;
            MmuFormat asFormat = MmuOptions.ParseFormat(parsed.GetValue(format)!);
            if (path == "-")
                return Run("standard input", Console.In, asFormat, writer);
            using var reader = new StreamReader(path);
            return Run(path, reader, asFormat, writer);
        }));
        return command;
    }

    /// <summary>Reads cases and writes the same rows with three more columns. Bad input throws before anything is written.</summary>
    public static int Run(string name, TextReader cases, MmuFormat format, TextWriter output)
    {
        (IReadOnlyList<string> header, List<string[]> rows) = Evaluate(name, cases);
        MmuText.Table(output, format, "ktl/mmu-eval/1", name, [.. header, .. Answers], rows);
        return 0;
    }

    private static (IReadOnlyList<string> Header, List<string[]> Rows) Evaluate(string name, TextReader cases)
    {
        var rows = new List<string[]>();
        try
        {
            using IEnumerator<CsvRow> input = CsvRows.Read(cases).GetEnumerator();
            if (!input.MoveNext())
                throw new MmuUsageException($"{name}: empty; expected a header with {string.Join(',', EvalColumns.Names)}");
            var columns = new EvalColumns(name, input.Current);
            var judge = new CaseJudge();
            while (input.MoveNext())
            {
                CsvRow row = input.Current;
                NestedVerdict verdict = judge.Answer(columns.Read(row)).Verdict;
                rows.Add([.. row.Cells, .. Answer(verdict)]);
            }

            return (columns.Header, rows);
        }
        catch (FormatException e)
        {
            throw new MmuUsageException($"{name}: {e.Message}");
        }
    }

    private static string[] Answer(NestedVerdict verdict) => verdict.Outcome == NestedOutcome.Ok
        ? ["ok", "", ""]
        : [OutcomeName.Of(verdict.Outcome), verdict.ExitCode == FaultCode.Npf ? "0x400" : verdict.ExitCode.ToString(), $"0x{verdict.ExitInfo:x}"];
}
