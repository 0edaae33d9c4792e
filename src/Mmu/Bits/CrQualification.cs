namespace KvmTraceLab.Mmu.Bits;

/// <summary>The exit qualification of a VMX CR_ACCESS exit.</summary>
/// <param name="Value">The raw 64 bits.</param>
public readonly record struct CrQualification(ulong Value)
{
    private static readonly string[] Registers =
        ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];

    public static IReadOnlyList<BitField> Fields { get; } =
    [
        new("CR", 0, 4, "the control register"),
        new("ACCESS_TYPE", 4, 2, "0 MOV to CR, 1 MOV from CR, 2 CLTS, 3 LMSW"),
        new("LMSW_OPERAND", 6, "LMSW with a memory operand"),
        new("GPR", 8, 4, "the general-purpose register"),
        new("LMSW_SOURCE", 16, 16, "the value LMSW loads"),
    ];

    public int Register => (int)Value & 15;

    /// <summary>0 MOV to CR, 1 MOV from CR, 2 CLTS, 3 LMSW.</summary>
    public int AccessType => (int)(Value >> 4) & 3;

    public string GeneralRegister => Registers[(int)(Value >> 8) & 15];

    public BitReport Describe()
    {
        string text = AccessType switch
        {
            0 => $"MOV to CR{Register} from {GeneralRegister}.",
            1 => $"MOV from CR{Register} to {GeneralRegister}.",
            2 => "CLTS.",
            _ => $"LMSW 0x{Value >> 16 & 0xffff:x}.",
        };
        return BitReport.From("VMX control-register exit qualification", Value, Fields, text);
    }
}
