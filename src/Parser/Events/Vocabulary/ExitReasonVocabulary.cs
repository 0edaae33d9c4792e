using System.Text;

namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// Exit reasons of both vendors in every spelling: kernel names, plugin names, old names, <c>UNKNOWN (33)</c> and
/// bare hexadecimal. The value is the full 32-bit exit reason (bit 31 = FAILED_VMENTRY kept), the companion the ISA.
/// </summary>
public sealed class ExitReasonVocabulary : Vocabulary
{
    /// <summary>Bit 31 of a VMX exit reason: the VM entry failed.</summary>
    public const ulong FailedVmentry = 1UL << 31;

    /// <summary>Bits 30:16, which the kernel has no words for: bus lock (26), enclave mode (27), SMI (28, 29).</summary>
    private const ulong UnnamedFlags = 0x7fff0000;

    private const ulong IsaShift = 32;

    private readonly WordTable _words;

    /// <summary>Null: as the dialect asked for has it.</summary>
    private readonly Dialect? _always;

    private ExitReasonVocabulary(Dialect? always)
    {
        _always = always;
        _words = new WordTable((VmxExitReason.Count + SvmExitCode.Count) * 2);
        Add(VmxExitReason.Spellings, Isa.Vmx);
        Add(SvmExitCode.Spellings, Isa.Svm);
        foreach (var (word, number) in VmxExitReason.Ancient) Add(word, number, Isa.Vmx);
    }

    public static ExitReasonVocabulary Instance { get; } = new(null);

    /// <summary>For text of the kernel's that trace-cmd passes on in its own reports.</summary>
    public static ExitReasonVocabulary KernelWords { get; } = new(Dialect.Kernel);

    public override string Companion => "isa";

    public override bool Speaks(ulong value, ulong companion) => companion < (ulong)Isa.Arm64;

    public override bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong value, out ulong companion)
    {
        value = companion = 0;
        var i = at;
        var word = ByteText.Word(text, ref i);
        if (word.Length == 0) return false;

        // The only names with more than word characters: "PF excp" and "idle-halt".
        var more = text[i..];
        if (more.StartsWith(" excp"u8)) i += 5;
        else if (more.StartsWith("-halt"u8)) i += 5;
        if (i > at + word.Length) word = text[at..i];
        if (_words.TryGet(word, out var packed) || (word.StartsWith("EXIT_REASON_"u8) && _words.TryGet(word["EXIT_REASON_".Length..], out packed)))
        {
            value = (uint)packed;
            companion = packed >> (int)IsaShift;
        }
        else if (!TryNumber(text, word, ref i, out value, out companion))
        {
            return false;
        }

        i = ReadFlags(text, i, ref value);

        at = i;
        return true;
    }

    public override void Print(TextBuilder to, ulong value, ulong companion, Dialect dialect)
    {
        var isa = (Isa)companion;
        if ((_always ?? dialect) == Dialect.Plugin)
        {
            var name = isa switch
            {
                Isa.Unknown => null, // read from a bare number, so there was no name for it
                Isa.Svm => SvmExitCode.PluginName((uint)value),
                _ => VmxExitReason.PluginName((uint)value),
            };
            if (name is not null) to.Append(name);
            else to.Append("UNKNOWN ("u8).AppendDecimal((uint)value).Append((byte)')');
            return;
        }

        if (isa == Isa.Svm)
        {
            if (SvmExitCode.KernelName((uint)value) is { } svm) to.Append(svm);
            else to.Append("0x"u8).AppendHex((uint)value);
            return;
        }

        // __print_symbolic falls back to bare hexadecimal.
        if (isa != Isa.Unknown && VmxExitReason.KernelName((uint)value & 0xffff) is { } vmx) to.Append(vmx);
        else to.Append("0x"u8).AppendHex(value & 0xffff);
        if ((value & FailedVmentry) != 0) to.Append(" FAILED_VMENTRY"u8);
        if ((value & UnnamedFlags) != 0) to.Append(" 0x"u8).AppendHex(value & UnnamedFlags);
    }

    /// <summary>The one name a report uses, whatever the trace's dialect was.</summary>
    public static string ReportName(Isa isa, uint number) => isa switch
    {
        Isa.Svm => SvmExitCode.ReportName(number),
        Isa.Arm64 => ArmExitVocabulary.ReportName(number),
        Isa.Riscv => RiscvExitVocabulary.ReportName(number),
        Isa.S390 => S390ExitVocabulary.ReportName(number),
        _ when ExitWords.Of(isa) is { } words => words.ReportName(number),
        > Isa.Svm => $"UNKNOWN_{number}", // a vendor newer than this build: its numbers mean what only it knows
        _ => VmxExitReason.Define(number & 0xffff) ?? $"UNKNOWN_{number & 0xffff}",
    };

    /// <summary>The kernel appends what else the reason says: <c>INVALID_STATE FAILED_VMENTRY</c>, <c>EXTERNAL_INTERRUPT 0x4000000</c>.</summary>
    private static int ReadFlags(ReadOnlySpan<byte> text, int at, ref ulong value)
    {
        var i = ByteText.SkipBlanks(text, at);
        if (text[i..].StartsWith("FAILED_VMENTRY"u8))
        {
            value |= FailedVmentry;
            at = i + "FAILED_VMENTRY".Length;
            i = ByteText.SkipBlanks(text, at);
        }

        if (!text[i..].StartsWith("0x"u8) || !ByteText.TryHex(text, ref i, out var flags) || (flags & ~UnnamedFlags) != 0) return at;
        value |= flags;
        return i;
    }

    private void Add(IEnumerable<(string Word, uint Number)> spellings, Isa isa)
    {
        foreach (var (word, number) in spellings) Add(word, number, isa);
    }

    private void Add(string word, uint number, Isa isa) => _words.Add(word, number | (ulong)isa << (int)IsaShift);

    private static bool TryNumber(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word, ref int i, out ulong value, out ulong companion)
    {
        value = companion = 0;
        if (word.SequenceEqual("UNKNOWN"u8))
        {
            var at = ByteText.SkipBlanks(text, i);
            if (at >= text.Length || text[at] != '(') return false;
            at++;
            if (!ByteText.TryDecimal(text, ref at, out value) || at >= text.Length || text[at] != ')') return false;
            i = at + 1;
            value = (uint)value;
            return true;
        }

        var digits = 0;
        if (word.StartsWith("0x"u8) && ByteText.TryHex(word, ref digits, out value) && digits == word.Length)
        {
            // The kernel prints bare numbers of 16 bits for VMX: a longer one is SVM's, which it does not cut.
            if (value > 0xffff) companion = (ulong)Isa.Svm;
            value = (uint)value;
            return true;
        }

        digits = 0;
        return ByteText.TryDecimal(word, ref digits, out value) && digits == word.Length;
    }
}
