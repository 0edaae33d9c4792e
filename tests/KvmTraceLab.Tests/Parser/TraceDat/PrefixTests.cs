namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>Files that end too early: rows and counters, or one sentence; what was cut off is said.</summary>
public sealed class PrefixTests
{
    private static string Folder { get; } = Path.Combine(Tests.Parser.Text.TextRows.Root(), "tests", "KvmTraceLab.Tests", "Fixtures");

    public static TheoryData<string> Small() =>
        [.. Directory.EnumerateFiles(Path.Combine(Folder, "dat", "small"), "*.dat").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Large() =>
        [.. Directory.EnumerateFiles(Folder, "*.dat", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal)];

    /// <summary>A recording of 7.2 with two formats, no symbols, and one page: as version 6, 7, and 7 packed with zstd.</summary>
    [Theory]
    [MemberData(nameof(Small))]
    public void Every_prefix_of_a_small_recording(string name)
    {
        var file = File.ReadAllBytes(Path.Combine(Folder, "dat", "small", name));
        Assert.InRange(file.Length, 4096, 8448);
        var whole = DatText.Outcome(file);
        Assert.Equal(100, whole.Split('\n').Count(l => l.Contains(" [0] ", StringComparison.Ordinal)));
        var last = 0;
        for (var length = 0; length < file.Length; length++)
            if (DatText.Outcome(file[..length]) != whole) last = length;

        // Behind the last byte that matters stands nothing but the strings section of version 7, which nobody needs.
        Assert.InRange(file.Length - last, 1, name.Contains("v7", StringComparison.Ordinal) ? 160 : 1200);
    }

    /// <summary>KTL_FUZZ=N for N of each; docs/hardness.md has the figure of the long run.</summary>
    [Theory]
    [MemberData(nameof(Small))]
    public void Mutations_of_a_small_recording(string name) =>
        TraceDatDamageTests.Mutate(File.ReadAllBytes(Path.Combine(Folder, "dat", "small", name)), seed: 7, TraceDatDamageTests.Count(300));

    /// <summary>The same rows from all three, whichever way they are written.</summary>
    [Fact]
    public void Version_6_7_and_zstd_hold_the_same_rows()
    {
        static string Rows(string name) => string.Join('\n', DatText.Of(File.ReadAllBytes(Path.Combine(Folder, "dat", "small", name))).Split('\n').Where(l => l.Contains(" [0] ", StringComparison.Ordinal)));
        Assert.Equal(Rows("vmx72-v6.dat"), Rows("vmx72-v7.dat"));
        Assert.Equal(Rows("vmx72-v6.dat"), Rows("vmx72-v7-zstd.dat"));
    }

    [Theory]
    [MemberData(nameof(Large))]
    public void Prefixes_at_every_edge_of_a_recording_and_beside_it(string name)
    {
        var file = File.ReadAllBytes(Path.Combine(Folder, name));
        var edges = DatEdges.Of(file);
        Assert.InRange(edges.Count, 15, 2000);
        foreach (var edge in edges)
            for (var length = edge - 1; length <= Math.Min(edge + 1, file.Length); length++)
                Assert.NotEmpty(DatText.Outcome(file[..length]));
    }
}
