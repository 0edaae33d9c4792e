using System.CommandLine;
using System.Text.Json;
using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Bits;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Cli.Mmu;

/// <summary><c>ktl mmu decode</c>: bits by name, and a sentence.</summary>
internal static class DecodeCommand
{
    private static readonly (string Kind, string What)[] Kinds =
    [
        ("vmx", "EPT-violation exit qualification (kvm_page_fault error_code on Intel)"),
        ("npf", "nested page fault EXITINFO1 (kvm_page_fault error_code on AMD)"),
        ("pf", "x86 #PF error code"),
        ("io", "VMX IO_INSTRUCTION exit qualification"),
        ("svm-io", "SVM IOIO EXITINFO1"),
        ("cr", "VMX CR_ACCESS exit qualification"),
        ("cr0", "CR0"),
        ("cr4", "CR4"),
        ("efer", "EFER"),
        ("role", "role word of kvm_mmu_get_page, see --kernel"),
        ("spte", "shadow page-table entry, see --mmu and --kernel"),
    ];

    public static Command Create()
    {
        var command = new Command("decode", Examples.Text("Decode a qualification, error code, control register or SPTE.", "ktl mmu decode --vmx 0x683", "ktl mmu decode --io 0x608000b --cr4 0xb50ef8"));
        var values = new List<(string Kind, Option<string?> Option)>();
        foreach ((string kind, string what) in Kinds)
        {
            var option = new Option<string?>($"--{kind}") { Description = what, HelpName = "HEX" };
            values.Add((kind, option));
            command.Add(option);
        }

        Option<string> mmu = MmuOptions.Word("--mmu", "ept", "format of --spte", "ept|npt|shadow");
        Option<string> kernel = MmuOptions.Word("--kernel", "7.2", "kernel that wrote --spte or --role, or handled --vmx", "VERSION");
        Option<string> mbec = MmuOptions.Word("--mbec", "on", "for --vmx: the current MMU has MBEC");
        Option<string> format = MmuOptions.Format("text");
        Option<string?> output = CommonOptions.Output();
        foreach (Option option in new Option[] { mmu, kernel, mbec, format, output })
            command.Add(option);
        command.SetAction(parsed => MmuRun.Write(parsed.GetValue(output), writer =>
        {
            DecodeQuestion[] questions =
            [
                .. from pair in values
                   let word = parsed.GetValue(pair.Option)
                   where word is not null
                   select new DecodeQuestion(pair.Kind, MmuOptions.ParseHex($"--{pair.Kind}", word)),
            ];
            if (questions.Length == 0)
                throw new UsageException($"mmu decode: nothing to decode; give one of {string.Join(", ", Kinds.Select(k => $"--{k.Kind}"))}");
            MmuKind mmuKind = MmuOptions.Pick("--mmu", parsed.GetValue(mmu)!, ("ept", MmuKind.Ept), ("npt", MmuKind.Npt), ("shadow", MmuKind.Shadow));
            return Run(questions, mmuKind, MmuOptions.ParseKernel(parsed.GetValue(kernel)!), MmuOptions.ParseSwitch("--mbec", parsed.GetValue(mbec)!),
                MmuOptions.ParseFormat(parsed.GetValue(format)!), writer);
        }));
        return command;
    }

    /// <summary>Decodes every question in turn.</summary>
    public static int Run(IReadOnlyList<DecodeQuestion> questions, MmuKind mmu, KvmKernel kernel, bool mbec, MmuFormat format, TextWriter output)
    {
        BitReport[] reports = [.. questions.Select(q => Decode(q, mmu, kernel))];
        string?[] notes = [.. questions.Select(q => Note(q, kernel, mbec))];
        switch (format)
        {
            case MmuFormat.Json:
                MmuText.Json(output, json =>
                {
                    json.WriteString("schema", "ktl/mmu-decode/1");
                    json.WriteStartArray("values");
                    for (int i = 0; i < reports.Length; i++)
                        WriteJson(json, questions[i].Kind, reports[i], notes[i]);
                    json.WriteEndArray();
                });
                break;
            case MmuFormat.Text:
                for (int i = 0; i < reports.Length; i++)
                    WriteText(output, reports[i], notes[i]);
                break;
            default:
                MmuText.Table(output, format, "ktl/mmu-decode/1", "decode", ["kind", "value", "bits", "name", "field", "meaning"],
                    from i in Enumerable.Range(0, reports.Length)
                    from f in reports[i].Fields
                    select new[] { questions[i].Kind, $"0x{reports[i].Value:x}", f.Position, f.Name, $"0x{f.Value:x}", f.Sentence });
                break;
        }

        return 0;
    }

    private static BitReport Decode(DecodeQuestion question, MmuKind mmu, KvmKernel kernel) => question.Kind switch
    {
        "vmx" => new ExitQualification(question.Value).Describe(),
        "npf" => new NpfErrorCode(question.Value).Describe(),
        "pf" => new NpfErrorCode(question.Value).DescribePageFault(),
        "io" => new IoQualification(question.Value).Describe(),
        "svm-io" => new SvmIoInfo(question.Value).Describe(),
        "cr" => new CrQualification(question.Value).Describe(),
        "cr0" => new Cr0(question.Value).Describe(),
        "cr4" => new Cr4(question.Value).Describe(),
        "efer" => new Efer(question.Value).Describe(),
        "role" when question.Value > uint.MaxValue => throw new UsageException($"--role 0x{question.Value:x}: a role word has 32 bits"),
        "role" => new PageRole((uint)question.Value, kernel).Describe(),
        _ => SpteBits.Describe(new Spte(question.Value, kernel, mmu)),
    };

    /// <summary>What KVM makes of an exit qualification before its MMU sees it.</summary>
    private static string? Note(DecodeQuestion question, KvmKernel kernel, bool mbec)
    {
        if (question.Kind != "vmx")
            return null;
        PageAccess access = FaultCode.FromExitQualification(question.Value, kernel, mbec);
        string names = new NpfErrorCode((ulong)access).Describe().Names;
        return $"KVM {kernel.Spell()} hands its MMU 0x{(ulong)access:x}: {(names.Length == 0 ? "no bit set" : names)}.";
    }

    private static void WriteText(TextWriter output, BitReport report, string? note)
    {
        output.WriteLine($"{report.What} 0x{report.Value:x}");
        foreach (string line in TextWidth.Wrap(report.Summary, 96))
            output.WriteLine($"  {line}");
        foreach (DecodedField f in report.Fields)
        {
            string value = f.Position.Contains(':') ? $" = 0x{f.Value:x}" : "";
            string lead = $"  {f.Position,5}  ";
            foreach (string line in TextWidth.Wrap($"{f.Name}{value}: {f.Sentence}", 100 - lead.Length))
            {
                output.WriteLine(lead + line);
                lead = new string(' ', lead.Length);
            }
        }

        if (report.UnknownBits != 0)
            output.WriteLine($"         bits without a name: 0x{report.UnknownBits:x}");
        if (note is not null)
        {
            foreach (string line in TextWidth.Wrap(note, 96))
                output.WriteLine($"  {line}");
        }
    }

    private static void WriteJson(Utf8JsonWriter json, string kind, BitReport report, string? note)
    {
        json.WriteStartObject();
        json.WriteString("kind", kind);
        json.WriteString("what", report.What);
        json.WriteString("value", $"0x{report.Value:x}");
        json.WriteString("summary", report.Summary);
        if (note is not null)
            json.WriteString("note", note);
        json.Strings("names", report.Fields.Where(f => f.Value != 0).Select(f => f.Name));
        json.WriteStartArray("fields");
        foreach (DecodedField f in report.Fields)
        {
            json.WriteStartObject();
            json.WriteString("name", f.Name);
            json.WriteString("bits", f.Position);
            json.WriteString("value", $"0x{f.Value:x}");
            json.WriteString("meaning", f.Sentence);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("unknownBits", $"0x{report.UnknownBits:x}");
        json.WriteEndObject();
    }
}
