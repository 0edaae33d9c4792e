using System.Reflection;

namespace KvmTraceLab.Cli;

/// <summary>The version with the commit it was built from.</summary>
internal static class ProgramVersion
{
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
