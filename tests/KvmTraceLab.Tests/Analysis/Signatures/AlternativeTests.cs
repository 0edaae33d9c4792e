namespace KvmTraceLab.Tests.Analysis.Signatures;

/// <summary>Signatures that may be told in a second way: a trace that fits that way alone, and a look-alike.</summary>
public sealed class AlternativeTests
{
    private static readonly (string Id, Action<TraceText> Fits, Action<TraceText> LookAlike)[] Cases =
    [
        // Entries at other places: no loop, but one place of exit.
        ("L15", t => Ticks(t, 4000), t => Ticks(t, 50)),
        ("L17", t => t.Times(4, (t, i) => Halt(t, i, "KVM_EXIT_HLT (5)")), t => t.Times(4, (t, i) => Halt(t, i, i == 2 ? "KVM_EXIT_IO (2)" : "KVM_EXIT_HLT (5)"))),
        ("L24", t => RepMovs(t, "f3 a5"), t => RepMovs(t, "8b 07")),
        ("L36", t => Windows(t, 1), t => Windows(t, 2)),
        ("L37", t => t.Add("kvm_userspace_exit", "reason KVM_EXIT_ARM_NISV (28)"), t => t.Add("kvm_userspace_exit", "reason KVM_EXIT_MMIO (6)")),
    ];

    public static TheoryData<string> Ids => new(Cases.Select(c => c.Id));

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_is_told_the_other_way_too(string id) => Assert.Contains(id, Run(Cases.Single(c => c.Id == id).Fits).Ids);

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_look_alike_is_not(string id) => Assert.DoesNotContain(id, Run(Cases.Single(c => c.Id == id).LookAlike).Ids);

    private static SignatureRun Run(Action<TraceText> write)
    {
        var text = new TraceText();
        write(text);
        return SignatureRun.OfText(text.ToString());
    }

    private static void Ticks(TraceText t, int us) => t.Times(20, (t, i) => t.After(us).Exit("EXTERNAL_INTERRUPT", 0x7000, "0 800000ec").Entry(0x7000 + ((ulong)i * 16)));

    private static void Halt(TraceText t, int i, string how) =>
        t.Exit("HLT", 0x7000 + ((ulong)i * 256)).Add("kvm_userspace_exit", $"reason {how}").After(900).Entry(0x7001 + ((ulong)i * 256));

    private static void RepMovs(TraceText t, string bytes) =>
        t.Add("kvm_emulate_insn", $"0:6169: {bytes}").Add("kvm_emulate_insn", $"0:6169: {bytes} FAIL").Add("kvm_inj_exception", "#UD (0x0)");

    private static void Windows(TraceText t, int others) =>
        t.Times(70, (t, i) => t.Plain("PENDING_INTERRUPT", 0xc000 + ((ulong)i * 16)).Times(others, (t, k) => t.Plain("CPUID", 0x90000 + ((ulong)((i * 2) + k) * 16))));
}
