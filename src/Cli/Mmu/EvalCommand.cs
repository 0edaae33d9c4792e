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
        Option<string?> output = CommonOptions.Output();
        var command = new Command("eval", Examples.Text($"Evaluate a file of cases with the columns {string.Join(',', EvalColumns.Names)}.", "ktl mmu eval cases.csv")) { file, format, output };
        command.SetAction(parsed => MmuRun.Write(parsed.GetValue(output), writer =>
        {
            string path = parsed.GetValue(file)!;
            MmuFormat asFormat = MmuOptions.ParseFormat(parsed.GetValue(format)!);
            if (path == "-")
                return Run("standard input", Console.In, asFormat, writer);
            using var reader = MmuRun.Open(path);
            return Run(path, reader, asFormat, writer);
        }));
        return command;
    }

    /// <summary>
    /// Reads cases and writes the same rows with three more columns, one by one: memory does not grow with the file. Bad input
    /// ends it; what was written up to there is thrown away for files and short outputs.
    /// </summary>
    public static int Run(string name, TextReader cases, MmuFormat format, TextWriter output)
    {
        try
        {
            using IEnumerator<CsvRow> input = CsvRows.Read(cases).GetEnumerator();
            if (!input.MoveNext())
                throw new UsageException($"{name}: empty; expected a header with {string.Join(',', EvalColumns.Names)}");
            var columns = new EvalColumns(name, input.Current);
            MmuText.Table(output, format, "ktl/mmu-eval/1", name, [.. columns.Header, .. Answers], Evaluate(columns, input));
            return 0;
        }
        catch (FormatException e)
        {
            throw new UsageException($"{name}: {e.Message}");
        }
    }

    private static IEnumerable<string[]> Evaluate(EvalColumns columns, IEnumerator<CsvRow> input)
    {
        var judge = new CaseJudge();
        while (input.MoveNext())
            yield return [.. input.Current.Cells, .. Answer(judge.Answer(columns.Read(input.Current)).Verdict)];
    }

    private static string[] Answer(NestedVerdict verdict) => verdict.Outcome == NestedOutcome.Ok
        ? ["ok", "", ""]
        : [OutcomeName.Of(verdict.Outcome), verdict.ExitCode == FaultCode.Npf ? "0x400" : verdict.ExitCode.ToString(), $"0x{verdict.ExitInfo:x}"];
}
