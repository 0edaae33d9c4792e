namespace KvmTraceLab.Mmu;

/// <summary>From kernel release strings to <see cref="KvmKernel"/>.</summary>
public static class KvmKernels
{
    public static bool IsBefore72(this KvmKernel kernel) => kernel != KvmKernel.V72;

    /// <summary>
    /// Reads <c>major.minor</c> from the start of a release such as <c>6.1.0-13-amd64</c>. The change between
    /// <see cref="KvmKernel.V61"/> and <see cref="KvmKernel.V71"/> is taken at 6.10 (suppress-#VE as the non-present value).
    /// </summary>
    /// <returns>False when the text does not begin with two numbers.</returns>
    public static bool TryParse(ReadOnlySpan<char> release, out KvmKernel kernel)
    {
        kernel = KvmKernel.V72;
        int dot = release.IndexOf('.');
        if (dot <= 0 || !ushort.TryParse(release[..dot], out ushort major))
            return false;
        ReadOnlySpan<char> rest = release[(dot + 1)..];
        int digits = 0;
        while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
            digits++;
        if (!ushort.TryParse(rest[..digits], out ushort minor))
            return false;
        kernel = (major, minor) switch
        {
            ( > 7, _) or (7, >= 2) => KvmKernel.V72,
            (7, _) or (6, >= 10) => KvmKernel.V71,
            _ => KvmKernel.V61,
        };
        return true;
    }

    /// <summary>The name <c>--kernel</c> takes: 7.2, 7.1 or 6.1.</summary>
    public static string Spell(this KvmKernel kernel) => kernel switch
    {
        KvmKernel.V72 => "7.2",
        KvmKernel.V71 => "7.1",
        _ => "6.1",
    };
}
