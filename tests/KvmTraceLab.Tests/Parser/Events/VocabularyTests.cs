using System.Text;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Tests.Parser.Events;

public sealed class VocabularyTests
{
    private static (ulong Value, Isa Isa, int End)? Read(Vocabulary vocabulary, string text)
    {
        var at = 0;
        return vocabulary.TryRead(Encoding.UTF8.GetBytes(text), ref at, out var value, out var companion) ? (value, (Isa)companion, at) : null;
    }

    private static string Print(Vocabulary vocabulary, ulong value, Isa isa, Dialect dialect)
    {
        var to = new TextBuilder();
        vocabulary.Print(to, value, (ulong)isa, dialect);
        return to.ToString();
    }

    [Fact]
    public void The_tables_are_complete()
    {
        Assert.Equal(67, VmxExitReason.Count);
        Assert.Equal(130, SvmExitCode.Count);
    }

    /// <summary>Kernels spell no reasons beyond 30; texts that do are understood.</summary>
    [Theory]
    [InlineData("KVM_EXIT_X86_WRMSR", 30UL, "KVM_EXIT_X86_WRMSR")]
    [InlineData("KVM_EXIT_MEMORY_FAULT", 39UL, "0x27")]
    [InlineData("KVM_EXIT_SNP_REQ_CERTS", 43UL, "0x2b")]
    [InlineData("0x27", 39UL, "0x27")]
    public void Userspace_exits_are_read_in_every_spelling(string text, ulong number, string printed)
    {
        Assert.Equal((number, text.Length), Read(SymbolVocabulary.UserspaceExit, text) is var (value, _, end) ? (value, end) : default);
        Assert.Equal(printed, Print(SymbolVocabulary.UserspaceExit, number, Isa.Unknown, Dialect.Plugin));
    }

    [Theory]
    [InlineData("IO_INSTRUCTION", 30UL, Isa.Vmx)]
    [InlineData("PENDING_INTERRUPT", 7UL, Isa.Vmx)]
    [InlineData("INTERRUPT_WINDOW", 7UL, Isa.Vmx)]
    [InlineData("MSR_WRITE_IMM", 85UL, Isa.Vmx)]
    [InlineData("INVALID_STATE FAILED_VMENTRY", 0x80000021UL, Isa.Vmx)]
    [InlineData("EXTERNAL_INTERRUPT 0x4000000", 0x4000001UL, Isa.Vmx)]
    [InlineData("MCE_DURING_VMENTRY FAILED_VMENTRY 0xc000000", 0x8c000029UL, Isa.Vmx)]
    [InlineData("UNKNOWN (2147483681)", 0x80000021UL, Isa.Unknown)]
    [InlineData("UNKNOWN (33)", 33UL, Isa.Unknown)]
    [InlineData("0x4c", 0x4cUL, Isa.Unknown)]
    [InlineData("apic_access", 44UL, Isa.Vmx)]
    [InlineData("npf", 0x400UL, Isa.Svm)]
    [InlineData("hlt", 0x78UL, Isa.Svm)]
    [InlineData("PF excp", 0x4eUL, Isa.Svm)]
    [InlineData("idle-halt", 0xa6UL, Isa.Svm)]
    [InlineData("EXIT_EXCP_UD", 0x46UL, Isa.Svm)]
    [InlineData("vmgexit_mmio_read", 0x80000001UL, Isa.Svm)]
    [InlineData("invalid_guest_state", 0xffffffffUL, Isa.Svm)]
    [InlineData("EXIT_ERR", 0xffffffffUL, Isa.Svm)]
    [InlineData("0xffffffff", 0xffffffffUL, Isa.Svm)]
    [InlineData("EXIT_VMGEXIT", 0x403UL, Isa.Svm)]
    public void Exit_reasons_are_read_in_every_spelling(string text, ulong number, Isa isa) =>
        Assert.Equal((number, isa, text.Length), Read(ExitReasonVocabulary.Instance, text));

    [Theory]
    [InlineData(Isa.Vmx, 7u, "INTERRUPT_WINDOW")]
    [InlineData(Isa.Vmx, 0x80000021u, "INVALID_STATE")]
    [InlineData(Isa.Vmx, 76u, "SEAMCALL")]
    [InlineData(Isa.Vmx, 999u, "UNKNOWN_999")]
    [InlineData(Isa.Unknown, 33u, "INVALID_STATE")]
    [InlineData(Isa.Svm, 0x400u, "EXIT_NPF")]
    [InlineData(Isa.Svm, 0xa2u, "EXIT_INVPCID")]
    [InlineData(Isa.Svm, 0xa6u, "EXIT_IDLE_HLT")]
    [InlineData(Isa.Svm, 0xffffffffu, "EXIT_ERR")]
    [InlineData(Isa.Svm, 0x80000010u, "EXIT_VMGEXIT_PAGE_STATE_CHANGE")]
    [InlineData(Isa.Svm, 0x80000018u, "EXIT_VMGEXIT_SNP_RUN_VMPL")]
    [InlineData(Isa.Svm, 0xf0000000u, "EXIT_SW")]
    [InlineData(Isa.Vmx, 0x4000001u, "EXTERNAL_INTERRUPT")]
    [InlineData(Isa.Svm, 0x555u, "UNKNOWN_1365")]
    [InlineData(Isa.Arm64, 0x218u, "SYS64")]
    [InlineData(Isa.Arm64, 0x0u, "IRQ")]
    [InlineData(Isa.Arm64, 0x100u, "SERROR")]
    [InlineData(Isa.Arm64, 0x300u, "IL")]
    [InlineData(Isa.LoongArch, 22u, "GSPR")]
    [InlineData(Isa.Mips, 74u, "GPA")]
    [InlineData(Isa.Mips, 99u, "UNKNOWN_99")]
    [InlineData(Isa.Book3s, 0xea0u, "H_VIRT")]
    [InlineData(Isa.Book3s, 0xe80u, "H_DOORBELL")]
    [InlineData(Isa.Booke, 0u, "CRITICAL")]
    [InlineData(Isa.S390, 0x1cu, "Wait state")]
    [InlineData(Isa.S390, 0x24u, "UNKNOWN_36")]
    public void Reports_use_one_name(Isa isa, uint number, string name) => Assert.Equal(name, ExitReasonVocabulary.ReportName(isa, number));

    /// <summary>People paste from reports, too.</summary>
    [Fact]
    public void Every_name_in_reports_is_read()
    {
        foreach (var number in SvmExitCode.Spellings.Select(s => s.Number).Distinct())
        {
            var name = ExitReasonVocabulary.ReportName(Isa.Svm, number);
            Assert.Equal((number, Isa.Svm, name.Length), Read(ExitReasonVocabulary.Instance, name));
        }
    }

    [Fact]
    public void Every_reason_survives_either_dialect()
    {
        foreach (var (isa, numbers) in new[]
                 {
                     (Isa.Vmx, Enumerable.Range(0, 90).SelectMany(n => new[] { (uint)n, (uint)n | 0x8000000, (uint)n | 0x84000000 })),
                     (Isa.Svm, SvmExitCode.Spellings.Select(s => s.Number)),
                 })
        {
            foreach (var number in numbers)
            {
                foreach (var dialect in new[] { Dialect.Plugin, Dialect.Kernel })
                {
                    var text = Print(ExitReasonVocabulary.Instance, number, isa, dialect);
                    var read = Read(ExitReasonVocabulary.Instance, text);
                    Assert.Equal((number, text.Length), ((uint)read!.Value.Value, read.Value.End));
                    if (read.Value.Isa != Isa.Unknown) Assert.Equal(isa, read.Value.Isa);
                }
            }
        }
    }

    [Theory]
    [InlineData("TRAP: HSR_EC: 0x0018 (SYS64)", 0x218UL)]
    [InlineData("IRQ: HSR_EC: 0x0000 (UNKNOWN)", 0UL)]
    [InlineData("HSR_EC: 0x0024", 0xff24UL)]
    public void Arm_exits_are_read_and_printed(string text, ulong value)
    {
        Assert.Equal((value, Isa.Arm64, text.Length), Read(ArmExitVocabulary.Instance, text));
        Assert.Equal(text, Print(ArmExitVocabulary.Instance, value, Isa.Arm64, Dialect.Kernel));
    }

    /// <summary>The longest word counts, and no beginning of a longer one; what the kernel has no word for it prints as a number.</summary>
    [Theory]
    [InlineData("loongarch-exit", "0x16", 22UL, Isa.LoongArch)]
    [InlineData("loongarch-exit", "IDLE", 64UL, Isa.LoongArch)]
    [InlineData("mips-exit", "Address Error (LD)", 4UL, Isa.Mips)]
    [InlineData("mips-exit", "FPE", 15UL, Isa.Mips)]
    [InlineData("book3s-exit", "EXTERNAL_HV", 0x502UL, Isa.Book3s)]
    [InlineData("book3s-exit", "0x0", 0UL, Isa.Book3s)]
    [InlineData("booke-exit", "GUEST_DBELL_CRIT", 39UL, Isa.Booke)]
    [InlineData("s390-exit", "72 (Timing subset)", 72UL, Isa.S390)]
    [InlineData("s390-exit", "36 (0x24)", 36UL, Isa.S390)]
    public void Words_of_other_architectures_are_read_and_printed(string name, string text, ulong value, Isa isa)
    {
        Assert.Equal((value, isa, text.Length), Read(Vocabularies.Get(name), text));
        Assert.Equal(text, Print(Vocabularies.Get(name), value, isa, Dialect.Kernel));
    }

    [Theory]
    [InlineData("mips-exit", "0x16")]
    [InlineData("book3s-exit", "EXTERNAL_HVX")]
    [InlineData("loongarch-exit", "HLT")]
    [InlineData("s390-exit", "4 (Instruction")]
    public void What_is_no_word_of_an_architecture_is_not_read(string name, string text) => Assert.Null(Read(Vocabularies.Get(name), text));

    [Theory]
    [InlineData("", 0UL)]
    [InlineData("P|W|U", 7UL)]
    [InlineData("P|W|U|0x100000000", 0x100000007UL)]
    [InlineData("W|RSVD|F", 0x1aUL)]
    [InlineData("P|PK|SS|SGX", 0x8061UL)]
    public void Fault_flags_are_bits(string text, ulong value)
    {
        Assert.Equal(value, Read(FlagVocabulary.Pferr, text)!.Value.Value);
        Assert.Equal(text, Print(FlagVocabulary.Pferr, value, Isa.Unknown, Dialect.Kernel));
    }
}
