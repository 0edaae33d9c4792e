using System.Runtime.CompilerServices;

namespace KvmTraceLab.Tests.Output;

/// <summary>Whole answers kept in Golden/output; <c>KTL_UPDATE_GOLDEN=1</c> rewrites them, and the diff is then to be read.</summary>
internal static class GoldenFile
{
    public static void Check(string name, string actual, [CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "..", "Golden", "output", name);
        if (Environment.GetEnvironmentVariable("KTL_UPDATE_GOLDEN") == "1") File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
