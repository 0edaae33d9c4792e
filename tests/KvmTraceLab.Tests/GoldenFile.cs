using KvmTraceLab.Tests.Parser.Text;

namespace KvmTraceLab.Tests;

/// <summary>Whole answers kept in the repository; <c>KTL_UPDATE_GOLDEN=1</c> rewrites them, and the diff is then to be read.</summary>
internal static class GoldenFile
{
    /// <param name="name">The file, in <c>Golden</c>.</param>
    /// <param name="actual">What it should hold.</param>
    public static void Check(string name, string actual) => CheckPath($"tests/KvmTraceLab.Tests/Golden/{name}", actual);

    /// <param name="path">The file, from the root of the repository.</param>
    /// <param name="actual">What it should hold.</param>
    public static void CheckPath(string path, string actual)
    {
        var full = Path.Combine(TextRows.Root(), path);
        if (Environment.GetEnvironmentVariable("KTL_UPDATE_GOLDEN") == "1") File.WriteAllText(full, actual);
        Assert.Equal(File.ReadAllText(full), actual);
    }
}
