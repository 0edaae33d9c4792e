using KvmTraceLab.Mmu.Architecture;

namespace KvmTraceLab.Tests.Mmu;

/// <summary>The model against the independent twin, over every input of every table.</summary>
public sealed class MmuDiffTests
{
    private static readonly List<MmuDifference> All = [.. MmuDiff.All()];

    [Fact]
    public void Every_difference_is_explained()
    {
        MmuDifference[] unexplained = [.. All.Where(d => d.Id == DifferenceKind.Unexplained)];
        Assert.True(unexplained.Length == 0, string.Join('\n', unexplained.Take(20).Select(d => $"role: {d.Role}  acc: {d.Input}  access: {d.Access}  kvm: {d.Kvm}  hardware: {d.Architecture}")));
    }

    [Fact]
    public void Each_known_difference_occurs()
    {
        string[] known = [.. DifferenceKind.All.Select(k => k.Id).Where(id => id != DifferenceKind.Unexplained).Order(StringComparer.Ordinal)];
        Assert.Equal(known, All.Select(d => d.Id).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_counts_are_stable() => Assert.Equal(
        "D1-read-bit=704 D2-nx-reserved=33 D3-supervisor-walk=13 D4-fetch-bit=40 D5-old-user-walk=1",
        string.Join(' ', All.GroupBy(d => d.Id).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}={g.Count()}")));

    [Fact]
    public void The_documentation_states_the_same_counts()
    {
        string text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "docs", "mmu.md"));
        foreach (IGrouping<string, MmuDifference> kind in All.GroupBy(d => d.Id))
            Assert.Contains($"| {kind.Key} | {kind.Count()} | {(DifferenceKind.All.Single(k => k.Id == kind.Key).Reachable ? "yes" : "no")} |", text, StringComparison.Ordinal);

        static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
    }
}
