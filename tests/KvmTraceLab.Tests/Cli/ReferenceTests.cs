using KvmTraceLab.Cli;

namespace KvmTraceLab.Tests.Cli;

/// <summary>docs/reference.md says what the program does; <c>KTL_UPDATE_GOLDEN=1</c> rewrites it.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void The_reference_is_that_of_this_build()
    {
        var path = Path.Combine(Analyzed.Root, "docs", "reference.md");
        var page = ReferencePage.Of(Root.Create());
        if (Environment.GetEnvironmentVariable("KTL_UPDATE_GOLDEN") == "1") File.WriteAllText(path, page);
        Assert.Equal(File.ReadAllText(path), page);
    }
}
