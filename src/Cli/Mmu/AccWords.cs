using KvmTraceLab.Mmu.Cases;

namespace KvmTraceLab.Cli.Mmu;

/// <summary>Reads <c>--acc r,w,x,xu,u</c>.</summary>
internal static class AccWords
{
    /// <summary>Puts permissions on a case: x or xs is EXEC (XS, or NX clear), xu is USER_EXEC, u is USER, r (or p) is R or P; - is nothing.</summary>
    public static AccessCase Apply(AccessCase to, string words)
    {
        bool r = false, w = false, x = false, xu = false, u = false;
        foreach (string word in words.Split([',', ' ', '+'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            switch (word.ToLowerInvariant())
            {
                case "r" or "p": r = true; break;
                case "w": w = true; break;
                case "x" or "xs": x = true; break;
                case "xu": xu = true; break;
                case "u": u = true; break;
                case "-": break;
                default: throw new UsageException($"--acc: '{word}' is not one of r, w, x (or xs), xu, u");
            }
        }

        if (to.Intel)
            return to with { Read = r, Write = w, ExecS = x, ExecU = xu || u };
        return xu
            ? throw new UsageException("--acc: xu is an EPT permission; NPT has u")
            : to with { Present = r, Write = w, Nx = !x, User = u };
    }
}
