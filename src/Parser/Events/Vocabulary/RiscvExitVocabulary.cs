namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// RISC-V's cause of an exit, the register scause: <c>0x17</c>, an interrupt with the highest bit set. The value is the cause, with
/// bit 31 for an interrupt; the companion is the ISA.
/// </summary>
public sealed class RiscvExitVocabulary : Vocabulary
{
    private const ulong InterruptFlag = 1UL << 63;
    private const uint Interrupt = 1U << 31;
    private const uint Cause = Interrupt - 1;

    /// <summary>EXC_* and IRQ_* (arch/riscv/include/asm/csr.h).</summary>
    private static readonly Dictionary<uint, string> Exceptions = new()
    {
        [0] = "INST_MISALIGNED", [1] = "INST_ACCESS", [2] = "INST_ILLEGAL", [3] = "BREAKPOINT", [4] = "LOAD_MISALIGNED", [5] = "LOAD_ACCESS",
        [6] = "STORE_MISALIGNED", [7] = "STORE_ACCESS", [8] = "SYSCALL", [9] = "HYPERVISOR_SYSCALL", [10] = "SUPERVISOR_SYSCALL",
        [12] = "INST_PAGE_FAULT", [13] = "LOAD_PAGE_FAULT", [15] = "STORE_PAGE_FAULT", [20] = "INST_GUEST_PAGE_FAULT",
        [21] = "LOAD_GUEST_PAGE_FAULT", [22] = "VIRTUAL_INST_FAULT", [23] = "STORE_GUEST_PAGE_FAULT",
    };

    private static readonly Dictionary<uint, string> Interrupts = new()
    {
        [1] = "IRQ_S_SOFT", [2] = "IRQ_VS_SOFT", [3] = "IRQ_M_SOFT", [5] = "IRQ_S_TIMER", [6] = "IRQ_VS_TIMER", [7] = "IRQ_M_TIMER",
        [9] = "IRQ_S_EXT", [10] = "IRQ_VS_EXT", [11] = "IRQ_M_EXT", [12] = "IRQ_S_GEXT", [13] = "IRQ_PMU_OVF",
    };

    private RiscvExitVocabulary()
    {
    }

    public static RiscvExitVocabulary Instance { get; } = new();

    public override string Companion => "isa";

    /// <summary>The cause's name, in reports.</summary>
    public static string ReportName(uint reason)
    {
        var names = (reason & Interrupt) != 0 ? Interrupts : Exceptions;
        var number = reason & Cause;
        return names.TryGetValue(number, out var name) ? name : $"{(names == Interrupts ? "IRQ" : "UNKNOWN")}_{number}";
    }

    /// <summary>Not an exception of the guest's.</summary>
    public static bool IsInterrupt(uint reason) => (reason & Interrupt) != 0;

    /// <summary>The value for the register.</summary>
    public static ulong Encode(ulong scause) => (scause & Cause) | ((scause & InterruptFlag) != 0 ? Interrupt : 0u);

    public override bool Speaks(ulong value, ulong companion) => companion == (ulong)Isa.Riscv;

    public override bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong value, out ulong companion)
    {
        companion = (ulong)Isa.Riscv;
        var read = ByteText.TryHex(text, ref at, out value);
        value = Encode(value);
        return read;
    }

    public override void Print(TextBuilder to, ulong value, ulong companion, Dialect dialect) =>
        to.Append("0x"u8).AppendHex((value & Interrupt) != 0 ? InterruptFlag | (value & Cause) : value);
}
