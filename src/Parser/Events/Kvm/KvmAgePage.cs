namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>A guest page is aged (before Linux 5.13) (arch/x86/kvm/trace.h, kvm_age_page).</summary>
public readonly ref struct KvmAgePage(EventRow row) : IKvmEvent<KvmAgePage>
{
    private readonly EventRow row = row;

    public static EventShape Shape { get; } = new(
        "kvm_age_page",
        plugin: "hva {hva:x} gfn {gfn:x} level {level} {referenced:OLD|YOUNG}",
        keys: "level",
        frame: "gfn",
        fields: "hva gfn level referenced");

    public static KvmAgePage Over(EventRow row) => new(row);

    public ulong Hva => row[0];

    public ulong Gfn => row[1];

    public bool HasGfn => row.Has(1);

    public uint Level => (uint)row[2];

    public bool Referenced => row[3] != 0;
}
