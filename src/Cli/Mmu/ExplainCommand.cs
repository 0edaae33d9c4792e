using System.CommandLine;
using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Bits;
using KvmTraceLab.Mmu.Cases;
using KvmTraceLab.Mmu.Tables;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Cli.Mmu;

/// <summary><c>ktl mmu explain</c>: is one access allowed, by which rule, and what would the exit carry.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        Option<string> vendor = MmuOptions.Word("--vendor", "intel", "whose nested tables", "intel|amd");
        Option<string> mbec = MmuOptions.Word("--mbec", "off", "mode-based execute control (Intel)");
        Option<string> gmet = MmuOptions.Word("--gmet", "off", "guest mode execute trap (AMD)");
        Option<string> access = MmuOptions.Word("--access", "read", "what the guest does", "read|write|fetch");
        Option<string> page = MmuOptions.Word("--page", "user", "Intel: U bit of the guest page; AMD: who accesses", "user|supervisor");
        Option<string> acc = MmuOptions.Word("--acc", "r,w,x", "effective permissions", "r,w,x,xu,u");
        Option<string> stage = MmuOptions.Word("--stage", "final", "the final page, or a guest page table", "final|walk");
        Option<string> execOnly = MmuOptions.Word("--execonly", "on", "execute-only EPT entries are supported");
        Option<string> ad = MmuOptions.Word("--ad", "off", "EPT accessed and dirty flags");
        Option<string> nx = MmuOptions.Word("--nx", "on", "EFER.NX of the tables' owner (AMD)");
        Option<string> smep = MmuOptions.Word("--smep", "off", "CR4.SMEP of the tables' owner (AMD)");
        Option<string> kernel = MmuOptions.Word("--kernel", "7.2", "kernel version", "VERSION");
        Option<string> format = MmuOptions.Format("text");
        Option<string?> output = CommonOptions.Output();
        var command = new Command("explain", Examples.Text("Explain one access: allowed or not, by which rule, and what the exit carries.", "ktl mmu explain --vendor intel --mbec on --access fetch --page user --acc r,x"))
        {
            vendor, mbec, gmet, access, page, acc, stage, execOnly, ad, nx, smep, kernel, format, output,
        };
        command.SetAction(parsed => MmuRun.Write(parsed.GetValue(output), writer =>
        {
            string Word(Option<string> option) => parsed.GetValue(option)!;
            bool On(Option<string> option) => MmuOptions.ParseSwitch(option.Name, Word(option));
            bool intel = MmuOptions.Pick("--vendor", Word(vendor), ("intel", true), ("amd", false));
            if (intel && On(gmet)) throw new UsageException("--gmet is AMD's: add --vendor amd, or say --mbec");
            if (!intel && On(mbec)) throw new UsageException("--mbec is Intel's: leave out --vendor amd, or say --gmet");
            KvmKernel asked = MmuOptions.ParseKernel(Word(kernel));
            if (asked.IsBefore72() && (On(mbec) || On(gmet))) throw new UsageException($"{(intel ? "--mbec" : "--gmet")} on: KVM has it since Linux 7.2, not in --kernel {Word(kernel)}");
            var question = new AccessCase
            {
                Intel = intel,
                Feature = intel ? On(mbec) : On(gmet),
                ExecOnly = On(execOnly),
                AccessedDirty = On(ad),
                Walk = MmuOptions.Pick("--stage", Word(stage), ("final", false), ("walk", true)),
                Operation = MmuOptions.Pick("--access", Word(access),
                    ("read", AccessOperation.Read), ("write", AccessOperation.Write), ("fetch", AccessOperation.Exec), ("exec", AccessOperation.Exec)),
                PageUser = MmuOptions.Pick("--page", Word(page), ("user", true), ("supervisor", false)),
                EferNx = On(nx),
                Cr4Smep = On(smep),
                Kernel = asked,
            };
            return Run(AccWords.Apply(question, Word(acc)), MmuOptions.ParseFormat(Word(format)), writer);
        }));
        return command;
    }

    /// <summary>Answers and explains; exit code 0 whether or not the access is allowed.</summary>
    public static int Run(AccessCase question, MmuFormat format, TextWriter output)
    {
        AccessAnswer answer = new CaseJudge().Answer(question);
        NestedVerdict verdict = answer.Verdict;
        string acc = question.Role.Layout.Spell(answer.Acc);
        string who = Who(question);
        string reason = Reason(answer);
        BitReport? bits = verdict.Outcome == NestedOutcome.Violation
            ? question.Intel ? new ExitQualification(verdict.ExitInfo).Describe() : new NpfErrorCode(verdict.ExitInfo).Describe()
            : null;
        string function = Function(answer);
        if (format == MmuFormat.Json)
        {
            MmuText.Json(output, json =>
            {
                json.WriteString("schema", "ktl/mmu-explain/1");
                json.WriteString("role", question.Role.Spell());
                json.WriteString("access", who);
                json.WriteString("acc", acc);
                json.WriteBoolean("allowed", verdict.Outcome == NestedOutcome.Ok);
                json.WriteString("outcome", OutcomeName.Of(verdict.Outcome));
                json.WriteString("reason", reason);
                json.Strings("rules", verdict.Why.Select(r => r.Name));
                json.WriteString("function", function);
                if (verdict.Outcome != NestedOutcome.Ok)
                {
                    json.WriteNumber("exitCode", verdict.ExitCode);
                    json.WriteString("exitInfo", $"0x{verdict.ExitInfo:x}");
                    json.Strings("exitBits", bits?.Fields.Select(f => f.Name) ?? []);
                }
            });
            return 0;
        }

        (string Key, string Value)[] lines =
        [
            ("access", who),
            ("permissions", $"{acc} ({question.Role.Spell()})"),
            ("result", verdict.Outcome switch { NestedOutcome.Ok => "allowed", NestedOutcome.Violation => "denied", _ => "misconfiguration" }),
            ("because", reason),
            ("decided by", function),
            .. Exit(question, verdict, bits),
        ];
        if (format != MmuFormat.Text)
        {
            MmuText.Table(output, format, "ktl/mmu-explain/1", "explain", ["what", "answer"], lines.Select(l => new[] { l.Key, l.Value }));
            return 0;
        }

        foreach ((string key, string value) in lines)
        {
            string head = key;
            foreach (string line in TextWidth.Wrap(value, 84))
            {
                output.WriteLine($"{head,-12}  {line}");
                head = "";
            }
        }

        return 0;
    }

    private static IEnumerable<(string Key, string Value)> Exit(AccessCase question, NestedVerdict verdict, BitReport? bits)
    {
        if (verdict.Outcome == NestedOutcome.Ok)
            yield break;
        string name = question.Intel
            ? verdict.ExitCode == FaultCode.EptViolation ? "EPT_VIOLATION (48)" : "EPT_MISCONFIG (49)"
            : "npf (0x400)";
        yield return ("exit to L1", $"{name}, {(question.Intel ? "exit qualification" : "EXITINFO1")} 0x{verdict.ExitInfo:x}");
        if (bits is not null)
            yield return ("its bits", string.Join(", ", bits.Fields.Select(f => $"{f.Position} {f.Name}")));
    }

    private static string Who(AccessCase q)
    {
        string kind = q.Operation switch { AccessOperation.Read => "read", AccessOperation.Write => "write", _ => "instruction fetch" };
        if (q.Walk)
            return $"the processor walks a guest page table on behalf of a {kind}";
        string page = q.PageUser ? "user" : "supervisor";
        return q.Intel ? $"{kind} of a page that the guest's tables make a {page} page" : $"{kind} by a {page}{(q.Role.GmetInForce ? "" : " (every nested walk counts as a user's)")}";
    }

    private static string Reason(AccessAnswer answer)
    {
        NestedVerdict verdict = answer.Verdict;
        if (verdict.Outcome == NestedOutcome.Ok)
            return "no rule denies it";
        if (verdict.Outcome == NestedOutcome.Misconfig)
            return "the permission bits are a reserved combination: W without R, or execute-only where that is not supported";
        if (!verdict.Present)
            return answer.Case.Intel ? "nothing is mapped: no bit that counts as present is set" : "nothing is mapped: P is clear";
        return verdict.Why.Count == 0
            ? "a reserved bit is set: NX while EFER.NX is off"
            : string.Join("; ", verdict.Why.Select(r => $"rule {r.Name}: {r.Sentence}"));
    }

    private static string Function(AccessAnswer answer)
    {
        NestedVerdict verdict = answer.Verdict;
        if (verdict.Outcome == NestedOutcome.Misconfig)
            return "__is_bad_mt_xwr()";
        if (!verdict.Present)
            return "is_present_gpte()";
        if (verdict.Why.Count > 0)
            return string.Join("; ", verdict.Why.Select(r => r.Kernel));
        return verdict.Outcome == NestedOutcome.Ok ? "permission_fault()" : "__is_rsvd_bits_set()";
    }
}
