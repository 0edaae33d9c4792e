using System.Text;

namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>Numbers as words, the kernel's __print_symbolic: a number without a word is printed in hexadecimal.</summary>
public sealed class SymbolVocabulary : Vocabulary
{
    private readonly WordTable _words;
    private readonly Dictionary<ulong, byte[]> _names = [];

    /// <summary>trace-cmd does not know the values of the kernel's symbols and prints numbers other than zero.</summary>
    private readonly bool _numbersInPlugin;

    /// <summary>The kernel chooses between words; what is none of them is something else.</summary>
    private readonly bool _wordsAlone;

    private SymbolVocabulary(bool numbersInPlugin, bool wordsAlone, params (string Word, ulong Number)[] symbols)
        : this(symbols)
    {
        _numbersInPlugin = numbersInPlugin;
        _wordsAlone = wordsAlone;
    }

    private SymbolVocabulary(params (string Word, ulong Number)[] symbols)
        : this(symbols, [])
    {
    }

    /// <param name="spelled">Numbers as the kernel spells them.</param>
    /// <param name="readOnly">Further words that are understood, and printed as numbers.</param>
    private SymbolVocabulary((string Word, ulong Number)[] spelled, (string Word, ulong Number)[] readOnly)
    {
        _words = new WordTable(spelled.Length + readOnly.Length);
        foreach (var (word, number) in spelled)
        {
            _words.Add(word, number);
            _names.TryAdd(number, Encoding.UTF8.GetBytes(word));
        }

        foreach (var (word, number) in readOnly) _words.Add(word, number);
    }

    /// <summary>Offsets in the local APIC's register page (arch/x86/include/asm/apicdef.h).</summary>
    public static SymbolVocabulary ApicRegister { get; } =
        new(
            ("APIC_ID", 0x20), ("APIC_LVR", 0x30), ("APIC_TASKPRI", 0x80), ("APIC_ARBPRI", 0x90), ("APIC_PROCPRI", 0xa0),
            ("APIC_EOI", 0xb0), ("APIC_RRR", 0xc0), ("APIC_LDR", 0xd0), ("APIC_DFR", 0xe0), ("APIC_SPIV", 0xf0),
            ("APIC_ISR", 0x100), ("APIC_TMR", 0x180), ("APIC_IRR", 0x200), ("APIC_ESR", 0x280), ("APIC_ICR", 0x300),
            ("APIC_ICR2", 0x310), ("APIC_LVTT", 0x320), ("APIC_LVTTHMR", 0x330), ("APIC_LVTPC", 0x340), ("APIC_LVT0", 0x350),
            ("APIC_LVT1", 0x360), ("APIC_LVTERR", 0x370), ("APIC_TMICT", 0x380), ("APIC_TMCCT", 0x390), ("APIC_TDCR", 0x3e0),
            ("APIC_SELF_IPI", 0x3f0), ("APIC_EFEAT", 0x400), ("APIC_ECTRL", 0x410));

    /// <summary>KVM_EXIT_* (include/uapi/linux/kvm.h); the tracepoint's own table ends at 30, so the kernel prints later ones as numbers.</summary>
    public static SymbolVocabulary UserspaceExit { get; } =
        new(
            [
                ("KVM_EXIT_UNKNOWN", 0), ("KVM_EXIT_EXCEPTION", 1), ("KVM_EXIT_IO", 2), ("KVM_EXIT_HYPERCALL", 3), ("KVM_EXIT_DEBUG", 4),
                ("KVM_EXIT_HLT", 5), ("KVM_EXIT_MMIO", 6), ("KVM_EXIT_IRQ_WINDOW_OPEN", 7), ("KVM_EXIT_SHUTDOWN", 8),
                ("KVM_EXIT_FAIL_ENTRY", 9), ("KVM_EXIT_INTR", 10), ("KVM_EXIT_SET_TPR", 11), ("KVM_EXIT_TPR_ACCESS", 12),
                ("KVM_EXIT_S390_SIEIC", 13), ("KVM_EXIT_S390_RESET", 14), ("KVM_EXIT_DCR", 15), ("KVM_EXIT_NMI", 16),
                ("KVM_EXIT_INTERNAL_ERROR", 17), ("KVM_EXIT_OSI", 18), ("KVM_EXIT_PAPR_HCALL", 19), ("KVM_EXIT_S390_UCONTROL", 20),
                ("KVM_EXIT_WATCHDOG", 21), ("KVM_EXIT_S390_TSCH", 22), ("KVM_EXIT_EPR", 23), ("KVM_EXIT_SYSTEM_EVENT", 24),
                ("KVM_EXIT_S390_STSI", 25), ("KVM_EXIT_IOAPIC_EOI", 26), ("KVM_EXIT_HYPERV", 27), ("KVM_EXIT_ARM_NISV", 28),
                ("KVM_EXIT_X86_RDMSR", 29), ("KVM_EXIT_X86_WRMSR", 30),
            ],
            [
                ("KVM_EXIT_DIRTY_RING_FULL", 31), ("KVM_EXIT_AP_RESET_HOLD", 32), ("KVM_EXIT_X86_BUS_LOCK", 33),
                ("KVM_EXIT_XEN", 34), ("KVM_EXIT_RISCV_SBI", 35), ("KVM_EXIT_RISCV_CSR", 36), ("KVM_EXIT_NOTIFY", 37),
                ("KVM_EXIT_LOONGARCH_IOCSR", 38), ("KVM_EXIT_MEMORY_FAULT", 39), ("KVM_EXIT_TDX", 40), ("KVM_EXIT_ARM_SEA", 41),
                ("KVM_EXIT_ARM_LDST64B", 42), ("KVM_EXIT_SNP_REQ_CERTS", 43),
            ]);

    /// <summary>How the host's clock source is exported (include/vdso/clocksource.h).</summary>
    public static SymbolVocabulary HostClock { get; } = new(true, false, ("none", 0), ("tsc", 1), ("TSC", 1));

    /// <summary>How KVM_RUN failed: EINTR has a word of its own (include/trace/events/kvm.h).</summary>
    public static SymbolVocabulary RunFailure { get; } = new(false, true, ("error", 0), ("restart", 1));

    public override bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong value, out ulong companion)
    {
        companion = 0;
        var end = at;
        var word = ByteText.Word(text, ref end);
        if (word.Length > 0 && _words.TryGet(word, out value))
        {
            at = end;
            return true;
        }

        value = 0;
        return !_wordsAlone && word.StartsWith("0x"u8) && ByteText.TryHex(text, ref at, out value);
    }

    public override void Print(TextBuilder to, ulong value, ulong companion, Dialect dialect)
    {
        if (!(_numbersInPlugin && dialect == Dialect.Plugin && value != 0) && _names.TryGetValue(value, out var word)) to.Append(word);
        else to.Append("0x"u8).AppendHex(value);
    }
}
