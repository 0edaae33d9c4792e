using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using KvmTraceLab.Cli;
using KvmTraceLab.Cli.Mmu;
using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Cases;
using KvmTraceLab.Mmu.Tables;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Mmu;

public sealed class MmuCommandTests
{
    private const string Header = "vendor,feature,execonly,ad,stage,read,write,exec_s,exec_u,present,user,nx,op,page_user,efer_nx,cr4_smep";

    private static string Text(Func<TextWriter, int> work)
    {
        var writer = new StringWriter { NewLine = "\n" };
        Assert.Equal(0, work(writer));
        return writer.ToString();
    }

    [Fact]
    public void Eval_appends_the_answers_to_every_row()
    {
        const string Cases = Header + """

            intel,1,1,0,final,1,1,1,0,,,,EXEC,1,1,0
            intel,1,1,0,final,1,1,1,0,,,,EXEC,0,1,0
            intel,0,1,0,final,0,1,0,0,,,,READ,0,1,0
            intel,0,1,1,walk,1,0,0,0,,,,READ,1,1,0
            amd,0,0,0,final,,1,,,0,1,0,READ,0,1,0
            amd,1,0,0,final,,1,,,1,1,0,EXEC,0,0,0
            amd,1,0,0,final,,1,,,1,0,0,EXEC,1,1,0
            """;
        const string Expected = Header + """
            ,model_outcome,model_exit_code,model_exit_info_hex
            intel,1,1,0,final,1,1,1,0,,,,EXEC,1,1,0,violation,48,0x1bc
            intel,1,1,0,final,1,1,1,0,,,,EXEC,0,1,0,ok,,
            intel,0,1,0,final,0,1,0,0,,,,READ,0,1,0,misconfig,49,0x0
            intel,0,1,1,walk,1,0,0,0,,,,READ,1,1,0,violation,48,0x8b
            amd,0,0,0,final,,1,,,0,1,0,READ,0,1,0,violation,0x400,0x100000004
            amd,1,0,0,final,,1,,,1,1,0,EXEC,0,0,0,violation,0x400,0x100000001
            amd,1,0,0,final,,1,,,1,0,0,EXEC,1,1,0,ok,,

            """;
        Assert.Equal(Expected, Text(w => EvalCommand.Run("cases.csv", new StringReader(Cases), MmuFormat.Csv, w)));
    }

    [Theory]
    [InlineData("", "cases.csv: empty; expected a header with vendor,")]
    [InlineData("vendor,feature\nintel,1\n", "cases.csv:1: column execonly, ad, stage,")]
    [InlineData(Header + "\nintel,2,1,0,final,1,1,1,0,,,,EXEC,1,1,0\n", "cases.csv:2: column feature is '2', expected 0, 1 or empty; expected columns vendor,feature")]
    [InlineData(Header + "\nintel,1,1,0,final,1,1,1,0,,,,JUMP,1,1,0\n", "cases.csv:2: column op is 'JUMP', expected READ or WRITE or EXEC")]
    [InlineData(Header + "\nintel,1,1\n", "cases.csv:2: 3 cells where the header has 16")]
    [InlineData(Header + "\nvia,1,1,0,final,1,1,1,0,,,,EXEC,1,1,0\n", "cases.csv:2: column vendor is 'via', expected intel or amd")]
    public void Eval_names_file_line_and_columns_of_bad_input(string cases, string message)
    {
        var error = Assert.Throws<UsageException>(() => EvalCommand.Run("cases.csv", new StringReader(cases), MmuFormat.Csv, TextWriter.Null));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Lines_of_blanks_and_empty_cells_are_no_cases()
    {
        const string Case = "intel,1,1,0,final,1,1,1,0,,,,EXEC,1,,";
        Assert.Equal(
            Text(w => EvalCommand.Run("a", new StringReader($"{Header}\n{Case}\n{Case}\n"), MmuFormat.Csv, w)),
            Text(w => EvalCommand.Run("a", new StringReader($"{Header}\n{Case}\n   \n\n,,,,,,,,,,,,,,,\n{Case}\n\t\n"), MmuFormat.Csv, w)));
    }

    [Fact]
    public void Decode_fits_100_columns()
    {
        string text = Text(w => DecodeCommand.Run([new DecodeQuestion("vmx", 0xffffffffffffffff), new DecodeQuestion("npf", 0xffffffffffffffff), new DecodeQuestion("cr4", 0xffffffffffffffff)], MmuKind.Ept, KvmKernel.V72, mbec: true, MmuFormat.Text, w));
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 100, line));
        Assert.Contains("EPT_VIOLATION_GVA_USER: the guest page is a user page (with bits 7 and 8 set, and advanced\n         EPT-violation information)\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_names_the_rule_the_bits_and_the_function()
    {
        AccessCase question = AccWords.Apply(new AccessCase { Intel = true, Feature = true, ExecOnly = true, Operation = AccessOperation.Exec, PageUser = true }, "r,x");
        Assert.Equal("""
            access        instruction fetch of a page that the guest's tables make a user page
            permissions   r,xs (ept,mbec,xo)
            result        denied
            because       rule ept-fetch: an EPT fetch needs XS (bit 2); with MBEC a fetch from a user page
                          needs XU (bit 10) instead
            decided by    update_permission_bitmask(): ff, ept
            exit to L1    EPT_VIOLATION (48), exit qualification 0x1ac
            its bits      2 EPT_VIOLATION_ACC_INSTR, 3 EPT_VIOLATION_PROT_READ, 5 EPT_VIOLATION_PROT_EXEC, 7
                          EPT_VIOLATION_GVA_IS_VALID, 8 EPT_VIOLATION_GVA_TRANSLATED

            """, Text(w => ExplainCommand.Run(question, MmuFormat.Text, w)));
    }

    [Fact]
    public void Explain_as_JSON_is_one_object_with_a_schema()
    {
        AccessCase question = AccWords.Apply(new AccessCase { Intel = false, Feature = true, Operation = AccessOperation.Exec }, "r,w,x,u");
        using JsonDocument json = JsonDocument.Parse(Text(w => ExplainCommand.Run(question, MmuFormat.Json, w)));
        JsonElement root = json.RootElement;
        Assert.Equal("ktl/mmu-explain/1", root.GetProperty("schema").GetString());
        Assert.False(root.GetProperty("allowed").GetBoolean());
        Assert.Equal("0x100000011", root.GetProperty("exitInfo").GetString());
        Assert.Equal("gmet-fetch", root.GetProperty("rules")[0].GetString());
    }

    [Theory]
    [InlineData("io", 0x608000bUL, "IN of 4 bytes from port 0x608 (ACPI PM timer on QEMU), port given in DX.")]
    [InlineData("svm-io", 0x6080241UL, "IN of 4 bytes from port 0x608 (ACPI PM timer on QEMU).")]
    [InlineData("cr4", 0xb50ef8UL, "CR4 with DE PSE PAE MCE PGE OSFXSR OSXMMEXCPT UMIP FSGSBASE OSXSAVE SMEP SMAP CET.")]
    [InlineData("vmx", 0x683UL, "EPT violation: a read-modify-write to a guest page table; nothing was mapped.")]
    [InlineData("npf", 0x100000015UL, "nested page fault: a user fetch on the final guest-physical address; the page is mapped without that permission.")]
    [InlineData("pf", 0x7UL, "page fault: a user write; the page is mapped without that permission.")]
    [InlineData("cr", 0x304UL, "MOV to CR4 from rbx.")]
    [InlineData("cr0", 0x80050033UL, "CR0 with PE MP ET NE WP AM PG.")]
    [InlineData("efer", 0xd01UL, "EFER with SCE LME LMA NX.")]
    [InlineData("role", 0x30b02UL, "Level 2 shadow page of an L2 guest, access 0xb, A/D off.")]
    [InlineData("role", 0x130f02UL, "Level 2 shadow page of an L2 guest, access 0xf, A/D off, cr4_smep (MBEC or GMET for EPT and NPT).")]
    [InlineData("spte", 0x80000000000001a0UL, "Frozen: the TDP MMU is changing this entry.")]
    [InlineData("spte", 0x8000000000000000UL, "Not present.")]
    [InlineData("spte", 0x80a0000123450f77UL, "Present; grants r,w,xu,xs; writable; A/D on; pfn 0x123450.")]
    [InlineData("spte", 0xd070000000000800UL, "Present; access-tracked: it grants nothing until the next fault restores it; write-protected by the MMU (or a read-only mapping of a writable page); A/D off; pfn 0x0.")]
    public void Decode_ends_in_one_sentence(string kind, ulong value, string sentence)
    {
        using JsonDocument json = JsonDocument.Parse(Text(w => DecodeCommand.Run([new DecodeQuestion(kind, value)], MmuKind.Ept, KvmKernel.V72, mbec: true, MmuFormat.Json, w)));
        JsonElement decoded = json.RootElement.GetProperty("values")[0];
        Assert.Equal(sentence, decoded.GetProperty("summary").GetString());
        Assert.Equal("0x0", decoded.GetProperty("unknownBits").GetString());
    }

    [Theory]
    [InlineData(0x6920e67UL, MmuKind.Npt, KvmKernel.V61, "Present; grants r,w,u,x; writable; A/D on; pfn 0x6920.")]
    [InlineData(0x5f8c827UL, MmuKind.Npt, KvmKernel.V61, "Present; grants r,w,u,x; writable as entries that point to a page table always are (in a leaf INCONSISTENT: W needs MMU-writable); A/D on; pfn 0x5f8c.")]
    [InlineData(0x0600000006e01f77UL, MmuKind.Ept, KvmKernel.V61, "Present; grants r,w,x; writable; A/D on; pfn 0x6e01.")]
    [InlineData(0x5a0UL, MmuKind.Npt, KvmKernel.V61, "Frozen: the TDP MMU is changing this entry.")]
    [InlineData(0x80000000000fe009UL, MmuKind.Npt, KvmKernel.V72, "Not present in the shadow MMU (SPTE_MMU_PRESENT_MASK is clear).")]
    [InlineData(0x8000000fee00006UL, MmuKind.Ept, KvmKernel.V72, "Cached MMIO, generation 16384: every access faults and is emulated.")]
    public void Decode_reads_an_SPTE_by_its_kernel(ulong value, MmuKind kind, KvmKernel kernel, string sentence)
    {
        using JsonDocument json = JsonDocument.Parse(Text(w => DecodeCommand.Run([new DecodeQuestion("spte", value)], kind, kernel, mbec: true, MmuFormat.Json, w)));
        Assert.Equal(sentence, json.RootElement.GetProperty("values")[0].GetProperty("summary").GetString());
    }

    [Fact]
    public void Eval_answers_or_refuses_any_text() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<NonNull<string>, bool>((text, withHeader) =>
        {
            string cases = (withHeader ? Header + "\n" : "") + text.Get.Replace(';', ',') + "\"" + text.Get;
            try
            {
                EvalCommand.Run("c", new StringReader(cases), MmuFormat.Csv, TextWriter.Null);
            }
            catch (UsageException e)
            {
                Assert.StartsWith("c:", e.Message, StringComparison.Ordinal);
            }
        }));

    [Fact]
    public void Decode_describes_any_value() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<ulong, int>((value, pick) =>
        {
            string[] kinds = ["vmx", "npf", "pf", "io", "svm-io", "cr", "cr0", "cr4", "efer", "role", "spte"];
            foreach (KvmKernel kernel in Enum.GetValues<KvmKernel>())
            {
                foreach (string kind in kinds)
                    Assert.NotEmpty(Text(w => DecodeCommand.Run([new DecodeQuestion(kind, value)], (MmuKind)(pick & 1), kernel, mbec: false, MmuFormat.Text, w)));
            }
        }));

    [Fact]
    public void Eval_writes_the_same_rows_as_JSON_text_and_Markdown()
    {
        string cases = Header + "\n" + string.Concat(Enumerable.Repeat("intel,1,1,0,final,1,1,1,0,,,,EXEC,1,1,0\n", 1500));
        using JsonDocument json = JsonDocument.Parse(Text(w => EvalCommand.Run("c", new StringReader(cases), MmuFormat.Json, w)));
        Assert.Equal(1500, json.RootElement.GetProperty("rows").GetArrayLength());
        Assert.Equal("0x1bc", json.RootElement.GetProperty("rows")[1499].GetProperty("model_exit_info_hex").GetString());
        Assert.Equal(1501, Text(w => EvalCommand.Run("c", new StringReader(cases), MmuFormat.Text, w)).Count(c => c == '\n'));
        Assert.Equal(1502, Text(w => EvalCommand.Run("c", new StringReader(cases), MmuFormat.Md, w)).Count(c => c == '\n'));
    }

    [Fact]
    public void Tables_are_written_in_every_format()
    {
        foreach (TableSpec table in TruthTables.All.Where(t => t.RowCount < 1000))
        {
            string csv = Text(w => TableCommand.Run(table.Name, MmuFormat.Csv, w));
            Assert.Equal(table.RowCount + 1, csv.Count(c => c == '\n'));
            Assert.StartsWith(string.Join(',', table.Columns) + "\n", csv, StringComparison.Ordinal);
            using JsonDocument json = JsonDocument.Parse(Text(w => TableCommand.Run(table.Name, MmuFormat.Json, w)));
            Assert.Equal(table.RowCount, json.RootElement.GetProperty("rows").GetArrayLength());
        }
    }

    [Theory]
    [InlineData("vmx_exit_reasons", 67, "0,EXCEPTION_NMI,EXCEPTION_NMI", "7,INTERRUPT_WINDOW,PENDING_INTERRUPT", "3,INIT_SIGNAL,UNKNOWN")]
    [InlineData("svm_exit_codes", 126, "0,read_cr0,EXIT_READ_CR0", "1024,npf,EXIT_NPF", "142,UNKNOWN,UNKNOWN")]
    public void Names_of_exits_are_tables_too(string name, int rows, params string[] some)
    {
        string[] lines = Text(w => TableCommand.Run(name, MmuFormat.Csv, w)).TrimEnd('\n').Split('\n');
        Assert.Equal("number,kernel_name,plugin_name", lines[0]);
        Assert.Equal(rows, lines.Length - 1);
        Assert.Equal(some[0], lines[1]);
        Assert.All(some, line => Assert.Contains(line, lines));
    }

    [Theory]
    [InlineData("199426", "No page table has level 6: if 199426 was a decimal number (role=… of raw text), write 0x30b02.")]
    [InlineData("0x30b0f", "No page table has level 15.")]
    [InlineData("0x30b02", null)]
    [InlineData("0x130f05", null)]
    public void A_role_of_no_possible_level_may_have_been_a_decimal(string role, string? doubt)
    {
        var said = Ktl.Run("mmu", "decode", "--role", role).Output;
        if (doubt is null) Assert.DoesNotContain("No page table has", said, StringComparison.Ordinal);
        else Assert.Contains(doubt, string.Join(' ', said.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amd", "--mbec", "ktl: --mbec is Intel's: leave out --vendor amd, or say --gmet")]
    [InlineData("intel", "--gmet", "ktl: --gmet is AMD's: add --vendor amd, or say --mbec")]
    public void A_feature_of_the_other_vendor_is_refused(string vendor, string feature, string error)
    {
        Assert.StartsWith(error, Ktl.Run("mmu", "explain", "--vendor", vendor, feature, "on").Refused(), StringComparison.Ordinal);
        Assert.Equal(0, Ktl.Run("mmu", "explain", "--vendor", vendor, feature, "off").Code);
    }

    [Fact]
    public void An_unknown_table_lists_the_names_and_leaves_with_2() =>
        Assert.StartsWith("ktl: mmu table: no table 'nosuch'; there are permission_ept, ", Ktl.Run("mmu", "table", "nosuch").Refused(), StringComparison.Ordinal);

    [Fact]
    public void Files_that_cannot_be_opened_are_named()
    {
        Assert.Equal("/nope.csv: no such file; give a path, or - for standard input", Assert.Throws<UsageException>(() => MmuRun.Open("/nope.csv")).Message);
        Assert.Equal("/: is a directory; give a file, or - for standard input", Assert.Throws<UsageException>(() => MmuRun.Open("/")).Message);
        Assert.Equal("ktl: cannot write /nope/t.csv: there is no such folder", Ktl.Run("mmu", "table", "-o", "/nope/t.csv").Refused());
    }

    [Fact]
    public void A_bad_row_leaves_nothing_on_standard_output() =>
        Assert.Contains("-:3: ", Ktl.RunWith(s => s.Write(System.Text.Encoding.ASCII.GetBytes(Header + "\nintel,1,1,0,final,1,1,1,0,,,,EXEC,1,1,0\nvia\n")), "mmu", "eval", "-").Refused().Replace("standard input", "-", StringComparison.Ordinal), StringComparison.Ordinal);

    [Fact]
    public void Output_goes_to_a_file_whole_or_not_at_all()
    {
        string folder = Directory.CreateTempSubdirectory("ktl-mmu").FullName;
        try
        {
            string file = Path.Combine(folder, "t.csv");
            Assert.Equal(0, MmuRun.Write(file, w => TableCommand.Run("translate_nested_gpa", MmuFormat.Csv, w)));
            Assert.Equal(25, File.ReadAllLines(file).Length);
            Assert.Equal(2, MmuRun.Write(file, w =>
            {
                w.WriteLine("half");
                throw new UsageException("stop");
            }));
            Assert.Equal(25, File.ReadAllLines(file).Length);
            Assert.Equal([file], Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
