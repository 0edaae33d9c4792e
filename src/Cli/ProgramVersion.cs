using System.Reflection;

namespace KvmTraceLab.Cli;

/// <summary>The version with the commit it was built from.</summary>
internal static class ProgramVersion
{
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The same with as much of the commit as people quote.</summary>
    public static string Short => Text.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus && plus + 13 < Text.Length ? Text[..(plus + 13)] : Text;
}
