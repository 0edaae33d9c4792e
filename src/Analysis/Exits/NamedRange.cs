using System.Globalization;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>Numbers in a row that bear one name, each with its place in it: IA32_PMC0, IA32_PMC1, ….</summary>
/// <param name="First">The first number.</param>
/// <param name="Count">How many.</param>
/// <param name="Name">The name; <c>{0}</c> stands for the place.</param>
internal readonly record struct NamedRange(ulong First, int Count, string Name)
{
    /// <summary>The name of a number in one of the ranges, or null.</summary>
    public static string? Find(NamedRange[] ranges, ulong number)
    {
        foreach (var range in ranges)
            if (number - range.First < (ulong)range.Count) return string.Format(CultureInfo.InvariantCulture, range.Name, number - range.First);
        return null;
    }
}
