using System.CommandLine;
using System.Globalization;
using System.Text;
using KvmTraceLab.Analysis.Compare;
using KvmTraceLab.Analysis.Exits;
using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Analysis.Symbols;
using KvmTraceLab.Output.Files;
using KvmTraceLab.Output.Stacks;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;
using KvmTraceLab.Replay;
using ClaimOptions = KvmTraceLab.Analysis.Compare.CompareOptions;

namespace KvmTraceLab.Cli.Commands;

/// <summary><c>ktl compare</c>: were exits reduced, by how much, is the claim true.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var command = Examples.Command(
            "compare",
            "Were exits reduced, by how much, and is the claim true? A stage is a trace, perf kvm stat report text, a kvm_stat CSV log, or a claimed rate.",
            "ktl compare rate:1.2M rate:200k rate:50k --expect 24x",
            "ktl compare before.dat after.dat --per vcpu --expect 6x --tolerance 15%",
            "ktl compare a1.dat,a2.dat b1.dat,b2.dat --per trace",
            "ktl compare before.dat after.dat --reason EPT_VIOLATION --expect -70%");
        var stages = new Argument<string[]>("STAGE") { Description = "two or more, in order: FILE, FILE,FILE (several runs), or rate:1.2M[@VCPUS]", Arity = new ArgumentArity(2, 64) };
        var expect = new Option<string?>("--expect") { Description = "the claimed factor, base over new, or change in percent (-70%)", HelpName = "24x" };
        var tolerance = new Option<string>("--tolerance") { Description = "how far off the claim may be (default 10%)", DefaultValueFactory = _ => "10%", HelpName = "SHARE" };
        var per = new Option<string>("--per") { Description = "second, vcpu or trace (default second)", DefaultValueFactory = _ => "second", HelpName = "UNIT" };
        var work = new Option<string[]>("--work") { Description = "units of work done: one number, or one a stage", HelpName = "N,…" };
        var reason = new Option<string[]>("--reason") { Description = "only exits of these reasons", HelpName = "NAME,…" };
        var seed = new Option<ulong>("--seed") { Description = "where the bootstrap's draws start (default 1)", DefaultValueFactory = _ => 1UL, HelpName = "N" };
        var format = CommonOptions.Format(FormatChoice.Report);
        var output = CommonOptions.Output();
        var inputFormat = CommonOptions.InputFormat();
        var filter = new TraceFilterOptions("--to");
        var threads = new Option<int?>("--threads") { Description = "decoding threads", HelpName = "N" };
        var guestMap = CommonOptions.GuestMap();
        var export = new Option<string?>("--export") { Description = $"instead: the difference of first and last trace as stacks ({string.Join(", ", StackExport.Formats)})", HelpName = "FORMAT" };
        var weight = new Option<string>("--weight") { Description = "with --export: count or time (default count)", DefaultValueFactory = _ => "count", HelpName = "WHAT" };
        var table = new Option<string?>("--table") { Description = "with --format csv: which table", HelpName = "NAME" };
        command.Add(stages);
        var quiet = CommonOptions.Quiet();
        foreach (Option option in new Option[] { expect, tolerance, per, work, reason, seed, format, output, inputFormat }.Concat(filter.All).Concat([threads, guestMap, export, weight, table, quiet])) command.Add(option);
        command.SetAction(parsed => Guard.Run(() =>
        {
            var asFormat = FormatChoice.Report.Resolve(parsed.GetValue(format), null);
            if (parsed.GetValue(table) is { } name && asFormat != "csv") throw new UsageException($"--table {name}: goes with --format csv");
            foreach (var stage in parsed.GetValue(stages) ?? []) TraceOptionsSet.RefuseOption(stage, parsed);
            var request = filter.Bind(parsed, new TraceRequest
            {
                Files = [], InputFormat = parsed.GetValue(inputFormat), Threads = TraceOptionsSet.Threads(parsed.GetValue(threads)),
                Format = asFormat, Output = parsed.GetValue(output), Table = parsed.GetValue(table), GuestMap = CommonOptions.Existing(guestMap, parsed), Quiet = parsed.GetValue(quiet),
            });
            var specs = (parsed.GetValue(stages) ?? []).Select(Spec).ToList();
            foreach (var path in specs.SelectMany(s => s.Paths)) CommonOptions.RefuseOverwriting(path, request.Output);
            if (parsed.GetValue(export) is { } stacks) return Export(specs, request, stacks, ExportCommand.Weight(parsed.GetValue(weight)!));
            if (parsed.GetResult(weight) is { Implicit: false }) throw new UsageException("--weight: goes with --export");
            var options = Options(parsed.GetValue(expect), parsed.GetValue(tolerance)!, parsed.GetValue(per)!, parsed.GetValue(work) ?? [], parsed.GetValue(seed), specs.Count) with
            {
                Reasons = [.. (parsed.GetValue(reason) ?? []).SelectMany(r => r.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
            };
            return Run(specs, request, options);
        }));
        return command;
    }

    private static int Run(List<StageSpec> specs, TraceRequest request, ClaimOptions options)
    {
        try
        {
            var facts = new RunFacts?[specs.Count];
            var labels = Labels(specs);
            var stages = specs.Select((spec, i) => Read(spec with { Label = labels[i] }, request, options, out facts[i])).ToList();
            if (options.Reasons.Count > 0 && stages.TrueForAll(s => s.Claim is null && s.Runs.All(r => r.Exits == 0)))
                throw new UsageException($"--reason {string.Join(',', options.Reasons)}: no stage has such an exit; `ktl exits FILE` lists the reasons of a trace");
            // As reports spell them, however they were typed.
            var known = stages.SelectMany(s => s.Runs).SelectMany(r => r.Reasons.Keys).ToHashSet(StringComparer.OrdinalIgnoreCase);
            options = options with { Reasons = [.. options.Reasons.Select(r => known.TryGetValue(r, out var spelt) ? spelt : r)] };
            var result = Comparer.Compare(stages, options);
            if (facts[0] is { } first && facts[^1] is { } last) result = result with { Differences = Differences.Between(first, last) };
            ReportWriter.Write(CompareReport.ToReport(result), request);
            return result.ExitCode;
        }
        catch (StageFileException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>File names without folders, where they still tell the stages apart.</summary>
    private static List<string> Labels(List<StageSpec> specs)
    {
        var brief = specs.ConvertAll(s => s.Claim is not null ? s.Label : string.Join(',', s.Paths.Select(Path.GetFileName)));
        return brief.Distinct(StringComparer.Ordinal).Count() == brief.Count ? brief : specs.ConvertAll(s => s.Label);
    }

    private static Stage Read(StageSpec spec, TraceRequest request, ClaimOptions options, out RunFacts? facts)
    {
        facts = null;
        var reasons = options.Reasons.Count == 0 ? null : options.Reasons.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var runs = new List<RunSeries>();
        foreach (var path in spec.Paths) runs.Add(ReadRun(path, request, reasons, ref facts));
        return new Stage(spec.Label, runs, spec.Claim);
    }

    private static RunSeries ReadRun(string path, TraceRequest request, HashSet<string>? reasons, ref RunFacts? facts)
    {
        using var progress = TraceSession.Bar(request);
        var input = TraceInput.Open(path);
        if (request.InputFormat is null && StageText.Sniff(Encoding.UTF8.GetString(input.Head[..Math.Min(input.Head.Length, 8192)])) is { } sums)
        {
            using (input)
            {
                if (request.IsPart) throw new UsageException($"{path}: a {sums} text has sums alone: --from, --to, --vcpu and --tid take traces");
                using var text = new StreamReader(input.AsStream(), Encoding.UTF8);
                return StageText.Read(path, text, reasons: reasons);
            }
        }

        using var trace = Trace.Open(input, new TraceOptions { Threads = request.Threads, Format = request.InputFormat, Progress = progress.Report });
        var observer = new StageObserver(path, trace.Info.Format, reasons, request.GuestMap is { } map ? SymbolMap.Read(map) : null);
        var run = TraceSession.Run(trace, request, [observer]);
        facts ??= observer.Facts();
        return observer.Series(run.IsNanoseconds);
    }

    private static int Export(List<StageSpec> specs, TraceRequest request, string format, StackWeight weight)
    {
        if (!StackExport.Formats.Contains(format)) throw new UsageException($"--export {format}: known are {string.Join(", ", StackExport.Formats)}");
        if (specs.Count != 2 || specs.Exists(s => s.Paths.Count != 1)) throw new UsageException("--export takes two stages of one trace each");
        var first = Stacks(specs[0].Paths[0], request);
        var next = Stacks(specs[1].Paths[0], request);
        FileOutput.Write(request.Output, stream => StackExport.WriteDifference(first, next, format, weight, $"{specs[0].Label} to {specs[1].Label}", stream));
        return Guard.Ok;
    }

    private static IReadOnlyList<StackSample> Stacks(string path, TraceRequest request)
    {
        using var trace = TraceSession.Open(path, request);
        var stacks = new ExitStacks();
        return stacks.Samples(TraceSession.Run(trace, request, [stacks]));
    }

    private static StageSpec Spec(string text) => StageSpec.TryParse(text, out var spec, out var error) ? spec! : throw new UsageException(error!);

    private static ClaimOptions Options(string? expect, string tolerance, string per, string[] work, ulong seed, int stages)
    {
        var options = new ClaimOptions { Seed = seed };
        if (expect is not null)
        {
            if (!ClaimOptions.TryParseFactor(expect, out var factor)) throw new UsageException($"--expect {expect}: expected a factor such as 24x");
            options = options with { Expect = factor };
        }

        if (!ClaimOptions.TryParseShare(tolerance, out var share)) throw new UsageException($"--tolerance {tolerance}: expected a share such as 10%");
        var units = work.SelectMany(w => w.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(w =>
            double.TryParse(w, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : throw new UsageException($"--work {w}: expected numbers above 0")).ToList();
        if (work.Length > 0 && units.Count == 0) throw new UsageException($"--work {work[0]}: expected numbers above 0");
        if (units.Count > 1 && units.Count != stages) throw new UsageException($"--work: one number, or one for each of the {stages} stages");
        return options with
        {
            Tolerance = share,
            Work = units,
            Per = per switch
            {
                "second" => ComparePer.Second,
                "vcpu" => ComparePer.Vcpu,
                "trace" => ComparePer.Trace,
                _ => throw new UsageException($"--per {per}: known are second, vcpu, trace"),
            },
        };
    }
}
