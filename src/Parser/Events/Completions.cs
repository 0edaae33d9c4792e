namespace KvmTraceLab.Parser.Events;

/// <summary>
/// Fields that the kernel computes while it prints: text carries them, raw records carry what they are computed from.
/// </summary>
internal static class Completions
{
    /// <summary>
    /// Before the isa field there were VMX words only; arm64 has a return code and an exception class instead, RISC-V the register
    /// scause, LoongArch and MIPS a code beside the place, PowerPC the number of an interrupt.
    /// </summary>
    public static void ExitIsa(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (record.TryGetNumber("scause", out var scause))
        {
            Set(shape, "exit_reason", Vocabulary.RiscvExitVocabulary.Encode(scause), slots, ref presence);
            Set(shape, "isa", (ulong)Vocabulary.Isa.Riscv, slots, ref presence);
            return;
        }

        if (record.TryGetNumber("reason", out var code) && record.TryGetNumber("pc", out _))
        {
            // MIPS has the same fields and other numbers, all of which its print format names; before 4.10 a table of the kernel's did.
            if (record.PrintFormat.Contains("exit_types_str", StringComparison.Ordinal)) return;
            var isMips = record.PrintFormat.Contains("\"Interrupt\"", StringComparison.Ordinal);
            Set(shape, "exit_reason", code, slots, ref presence);
            Set(shape, "isa", (ulong)(isMips ? Vocabulary.Isa.Mips : Vocabulary.Isa.LoongArch), slots, ref presence);
            return;
        }

        if (record.TryGetNumber("exit_nr", out var interrupt))
        {
            Set(shape, "exit_reason", interrupt, slots, ref presence);
            Set(shape, "isa", (ulong)(record.TryGetNumber("srr1", out _) ? Vocabulary.Isa.Book3s : Vocabulary.Isa.Booke), slots, ref presence);
            return;
        }

        if (!record.TryGetNumber("esr_ec", out var exceptionClass) || !record.TryGetNumber("ret", out var ret))
        {
            if (!record.TryGetNumber("isa", out _)) Set(shape, "isa", (ulong)Vocabulary.Isa.Vmx, slots, ref presence);
            return;
        }

        Set(shape, "exit_reason", Vocabulary.ArmExitVocabulary.Encode(ret, exceptionClass), slots, ref presence);
        Set(shape, "isa", (ulong)Vocabulary.Isa.Arm64, slots, ref presence);
    }

    /// <summary>kvm_guest_exit is of PowerPC's hypervisor mode alone.</summary>
    public static void Book3s(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence) =>
        Set(shape, "isa", (ulong)Vocabulary.Isa.Book3s, slots, ref presence);

    public static void LoongArch(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence) =>
        Set(shape, "isa", (ulong)Vocabulary.Isa.LoongArch, slots, ref presence);

    public static void S390(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence) =>
        Set(shape, "isa", (ulong)Vocabulary.Isa.S390, slots, ref presence);

    public static void UserspaceExit(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (!record.TryGetNumber("errno", out var errno) || (int)errno >= 0) return;
        Set(shape, "error", (ulong)(0 - (long)(int)errno), slots, ref presence);
        Set(shape, "is_restart", (int)errno == -4 ? 1UL : 0, slots, ref presence);

        // The reason of a run that failed is left over from the run before.
        slots[shape.SlotOf("reason")] = 0;
        presence &= ~(1UL << shape.SlotOf("reason"));
    }

    /// <summary>What the root of L2 is called depends on the vendor and on whether nested paging is used.</summary>
    public static void NestedEntry(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (!record.TryGetNumber("isa", out var isa) || !record.TryGetNumber("tdp_enabled", out var tdp)) return;
        Set(shape, "tdp_name", isa, slots, ref presence);
        Set(shape, "pgd_name", (tdp & 0xff) == 0 ? 0 : isa, slots, ref presence);
    }

    /// <summary>Linux 7.2 spells the bits out behind the number, 6.1 does not; where the trace does not tell, as the newest does.</summary>
    public static void InhibitNames(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        var spelled = record.PrintFormat.Length == 0 || record.PrintFormat.Contains("__print_flags", StringComparison.Ordinal);
        if (record.TryGetNumber("inhibits", out var inhibits)) Set(shape, "named", inhibits != 0 && spelled ? 1UL : 0, slots, ref presence);
    }

    /// <summary>Destination bits 7:0 stand in address bits 19:12, the rest in bits 63:40 (x2APIC format).</summary>
    public static void MsiDestination(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (record.TryGetNumber("address", out var address))
            Set(shape, "dst", ((address >> 12) & 0xff) | ((address >> 32) & 0xffffff00), slots, ref presence);
    }

    public static void PicPin(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (!record.TryGetNumber("pin", out var pin) || !record.TryGetNumber("elcr", out var elcr) ||
            !record.TryGetNumber("imr", out var imr)) return;
        Set(shape, "level", elcr >> (int)(pin & 7) & 1, slots, ref presence);
        Set(shape, "masked", imr >> (int)(pin & 7) & 1, slots, ref presence);
    }

    public static void PleWindow(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (record.TryGetNumber("old", out var old) && record.TryGetNumber("new", out var now))
            Set(shape, "shrinks", (uint)old < (uint)now ? 0UL : 1, slots, ref presence);
    }

    public static void LapicDelta(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (record.TryGetNumber("delta", out var delta)) Set(shape, "late", (long)delta < 0 ? 0UL : 1, slots, ref presence);
    }

    public static void DirtyRingUsed(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (record.TryGetNumber("dirty_index", out var dirty) && record.TryGetNumber("reset_index", out var reset))
            Set(shape, "used", (uint)(dirty - reset), slots, ref presence);
    }

    public static void MmioGeneration(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (record.TryGetNumber("kvm_gen", out var kvm) && record.TryGetNumber("spte_gen", out var spte))
            Set(shape, "valid", kvm == spte ? 1UL : 0, slots, ref presence);
    }

    /// <summary>
    /// The record has a RET_PF_* number. Linux 6.1 counts INVALID 3, FIXED 4, SPURIOUS 5; 7.2, which has WRITE_PROTECTED
    /// before them, 4, 5, 6. A fixed SPTE has changed, a spurious fault finds it as it was, which tells 4 and 5 apart.
    /// </summary>
    public static void FastPageFault(EventShape shape, IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (!record.TryGetNumber("ret", out var ret)) return;
        var (spurious, isFixed) = FastPageFaultNumbers(record.PrintFormat);
        Set(shape, "spurious", (int)ret == spurious ? 1UL : 0, slots, ref presence);
        Set(shape, "fixed", (int)ret == isFixed ? 1UL : 0, slots, ref presence);
    }

    /// <summary>
    /// RET_PF_SPURIOUS and RET_PF_FIXED moved when Linux 6.10 put RET_PF_WRITE_PROTECTED before them. The event's own print
    /// format ends <c>…, REC->ret == 5, REC->ret == 4</c>: spurious first, then fixed.
    /// </summary>
    private static (int Spurious, int Fixed) FastPageFaultNumbers(string format)
    {
        const string Test = "REC->ret == ";
        var first = format.IndexOf(Test, StringComparison.Ordinal);
        var second = first < 0 ? -1 : format.IndexOf(Test, first + Test.Length, StringComparison.Ordinal);
        return second < 0 ? (5, 4) : (Digit(format, first + Test.Length), Digit(format, second + Test.Length));

        static int Digit(string text, int at) => at < text.Length && char.IsAsciiDigit(text[at]) ? text[at] - '0' : -1;
    }

    private static void Set(EventShape shape, string field, ulong value, Span<ulong> slots, ref ulong presence)
    {
        var slot = shape.SlotOf(field);
        slots[slot] = value;
        presence |= 1UL << slot;
    }
}
