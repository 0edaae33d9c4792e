using System.Runtime.InteropServices;
using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Input;

/// <summary>Standard input, where the program was started with one.</summary>
internal static partial class StandardInput
{
    private const int GetDescriptorFlags = 1; // F_GETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC

    /// <exception cref="TraceException">It was closed (<c>&lt;&amp;-</c>): the runtime's own descriptor in its place would never end.</exception>
    public static Stream Open()
    {
        // What is marked so cannot have come through exec: the runtime opened it where standard input was closed.
        if (OperatingSystem.IsLinux() && fcntl(0, GetDescriptorFlags) is var flags && (flags < 0 || (flags & CloseOnExec) != 0))
            throw new TraceException("-", null, "standard input is closed; give a file, or pipe a trace in");
        return Console.OpenStandardInput();
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fcntl(int descriptor, int command);
}
