namespace KvmTraceLab.Analysis.Exits;

/// <summary>The heading of a column, from the name its values have in JSON.</summary>
internal static class KeyTitle
{
    public static string Of(string key) => key switch
    {
        "reason" => "VM-EXIT",
        "vcpu" => "vCPU",
        "nr" => "Number",
        "rip" or "msr" or "gpa" or "cr" or "cpuid" or "tid" => key.ToUpperInvariant(),
        _ => char.ToUpperInvariant(key[0]) + key[1..],
    };
}
