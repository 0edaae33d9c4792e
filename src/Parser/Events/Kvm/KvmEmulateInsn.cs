namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>An instruction is emulated; 15 bytes at most, in memory order in two slots (arch/x86/kvm/trace.h, kvm_emulate_insn).</summary>
public readonly ref struct KvmEmulateInsn(EventRow row) : IKvmEvent<KvmEmulateInsn>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_emulate_insn",
        keys: "insn insn_high failed",
        rip: "rip",
        fields: "rip csbase len insn insn_high flags failed disassembly text_form",
        irregular: EmulateInsnPayload.Instance);

    public static KvmEmulateInsn Over(EventRow row) => new(row);

    public ulong Rip => row[0];

    public uint Csbase => (uint)row[1];

    public int Len => (int)row[2];

    public ulong InsnLow => row[3];

    public ulong InsnHigh => row[4];

    public uint Mode => (uint)row[5];

    public bool Failed => row[6] != 0;

    public string Disassembly => System.Text.Encoding.UTF8.GetString(row.TextOf(row[7]));

    public uint TextForm => (uint)row[8];
}
