namespace KvmTraceLab.Analysis.Recording;

/// <summary>The guest's CPU as a QEMU command line sets it. What the CPU model brings by itself is not known from here.</summary>
/// <param name="Model"><c>host</c>, <c>Skylake-Server</c>, …; empty where <c>-cpu</c> is missing.</param>
/// <param name="Features">Name to <c>on</c>, <c>off</c> or a value, names with dashes as QEMU prints them.</param>
public sealed record QemuCpu(string Model, IReadOnlyDictionary<string, string> Features)
{
    /// <summary>Where a feature shows in CPUID: leaf 7 (Intel's manual) and 0x40000003/4 (Hyper-V's functional specification).</summary>
    private static readonly (string Feature, uint Leaf, string Register, int Bit)[] Bits =
    [
        ("fsgsbase", 7, "ebx", 0), ("smep", 7, "ebx", 7), ("invpcid", 7, "ebx", 10), ("smap", 7, "ebx", 20),
        ("umip", 7, "ecx", 2), ("pku", 7, "ecx", 3), ("shstk", 7, "ecx", 7), ("cet-ss", 7, "ecx", 7), ("la57", 7, "ecx", 16),
        ("cet-ibt", 7, "edx", 20), ("ibt", 7, "edx", 20),
        ("hv-runtime", 0x40000003, "eax", 0), ("hv-time", 0x40000003, "eax", 1), ("hv-time", 0x40000003, "eax", 9),
        ("hv-synic", 0x40000003, "eax", 2), ("hv-stimer", 0x40000003, "eax", 3), ("hv-vapic", 0x40000003, "eax", 4),
        ("hv-vpindex", 0x40000003, "eax", 6), ("hv-reset", 0x40000003, "eax", 7), ("hv-frequencies", 0x40000003, "eax", 11),
        ("hv-reenlightenment", 0x40000003, "eax", 13), ("hv-crash", 0x40000003, "edx", 10), ("hv-stimer-direct", 0x40000003, "edx", 19),
        ("hv-tlbflush", 0x40000004, "eax", 2), ("hv-vapic", 0x40000004, "eax", 3), ("hv-relaxed", 0x40000004, "eax", 5),
        ("hv-ipi", 0x40000004, "eax", 10), ("hv-evmcs", 0x40000004, "eax", 14),
    ];

    /// <summary>The CPUID bits that the command line names: <c>0x7.ecx[7]</c> to on or off.</summary>
    public IEnumerable<(string Bit, string Feature, bool On)> CpuidBits() =>
        from bit in Bits
        where Features.TryGetValue(bit.Feature, out string? value) && value is "on" or "off"
        select ($"0x{bit.Leaf:x}.{bit.Register}[{bit.Bit}]", bit.Feature, Features[bit.Feature] == "on");

    /// <summary>Whether MBEC is offered to the guest; null where the command line does not say.</summary>
    public bool? Mbec => Features.GetValueOrDefault("vmx-mbec") switch
    {
        "on" => true,
        "off" => false,
        _ => null,
    };

    /// <summary>Reads the last <c>-cpu</c>: <c>host,level=30,+vmx-mbec,-cet-ss,hv_time,hv-spinlocks=0x1fff</c>.</summary>
    public static QemuCpu Of(IReadOnlyList<string> arguments)
    {
        string model = "";
        var features = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i + 1 < arguments.Count; i++)
        {
            if (arguments[i] is not ("-cpu" or "--cpu")) continue;
            List<string> parts = QemuSecrets.Split(arguments[i + 1]);
            model = parts[0];
            features.Clear();
            var plusMinus = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string part in parts.Skip(1).Where(p => p.Length > 0))
            {
                int equals = part.IndexOf('=', StringComparison.Ordinal);
                if (part[0] is '+' or '-') plusMinus[Name(part[1..])] = part[0] == '+' && plusMinus.GetValueOrDefault(Name(part[1..])) != "off" ? "on" : "off";
                else if (equals < 0) features[Name(part)] = "on";
                else features[Name(part[..equals])] = Value(part[(equals + 1)..]);
            }

            // QEMU applies +x and -x after all x=…, and -x after +x.
            foreach (var (name, value) in plusMinus) features[name] = value;
        }

        return new QemuCpu(model, features);
    }

    private static string Name(string text) => text.Replace('_', '-');

    private static string Value(string text) => text switch
    {
        "true" or "yes" or "y" => "on",
        "false" or "no" or "n" => "off",
        _ => text,
    };
}
