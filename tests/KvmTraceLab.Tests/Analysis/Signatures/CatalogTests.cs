using KvmTraceLab.Analysis.Signatures;

namespace KvmTraceLab.Tests.Analysis.Signatures;

public sealed class CatalogTests
{
    public static TheoryData<string> Ids => new(SignatureCases.All.Select(c => c.Id));

    private static (string Id, Action<TraceText> Fits, Action<TraceText> LookAlike) Case(string id) => SignatureCases.All.Single(c => c.Id == id);

    private static SignatureRun Run(Action<TraceText> write)
    {
        var text = new TraceText();
        write(text);
        return SignatureRun.OfText(text.ToString());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_trace_that_it_fits_gets_the_note(string id) => Assert.Contains(id, Run(Case(id).Fits).Ids);

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_look_alike_does_not(string id) => Assert.DoesNotContain(id, Run(Case(id).LookAlike).Ids);

    [Fact]
    public void Every_detectable_signature_has_a_case_and_every_other_a_reason()
    {
        Assert.Equal(SignatureCatalog.All.Where(s => s.Detectable).Select(s => s.Id).Order(StringComparer.Ordinal), SignatureCases.All.Select(c => c.Id).Order(StringComparer.Ordinal));
        Assert.All(SignatureCatalog.All, s => Assert.Equal(s.Detectable, s.Fits.Count > 0));
        Assert.All(SignatureCatalog.All.Where(s => !s.Detectable), s => Assert.False(string.IsNullOrWhiteSpace(s.ListedOnly)));
    }

    [Fact]
    public void The_list_holds_L01_to_L43_and_our_own_once_each()
    {
        var expected = Enumerable.Range(1, 43).Select(n => $"L{n:00}").Append("K01").Append("K02").Order(StringComparer.Ordinal);
        Assert.Equal(expected, SignatureCatalog.All.Select(s => s.Id).Order(StringComparer.Ordinal));
        Assert.All(SignatureCatalog.All, s => Assert.DoesNotContain("", new[] { s.Title, s.Cause, s.Next, s.Source }));
    }

    [Fact]
    public void Discriminators_speak_for_themselves() =>
        Assert.All(SignatureCatalog.All.SelectMany(s => s.Fits), d => Assert.True(d.Describe().Length > 0 && (d.And is null) == (d.AndText is null)));

    [Fact]
    public void The_document_lists_each_with_its_discriminators_and_status()
    {
        var rows = File.ReadAllLines(Path.GetFullPath(Path.Combine(SignatureRun.Wild(), "../../../../docs/signatures.md")))
            .Where(l => l.StartsWith("| L", StringComparison.Ordinal) || l.StartsWith("| K", StringComparison.Ordinal))
            .Select(l => l.Split(" | ").Select(c => c.Trim('|', ' ')).ToArray()).Where(c => c.Length == 6).ToDictionary(c => c[0], StringComparer.Ordinal);
        Assert.Equal(SignatureCatalog.All.Count, rows.Count);
        Assert.All(SignatureCatalog.All, s =>
        {
            Assert.Equal(s.Title, rows[s.Id][1]);
            Assert.Equal(s.Detectable ? "detected" : "listed only", rows[s.Id][4]);
            Assert.Equal(s.ListedOnly ?? string.Join(" — or — ", s.Fits.Select(d => string.Join("+", d.In) + ": " + d.Describe())), rows[s.Id][3]);
        });
    }

    [Fact]
    public void Listed_only_ones_never_match()
    {
        var listed = SignatureCatalog.All.Where(s => !s.Detectable).Select(s => s.Id).ToHashSet();
        Assert.All(SignatureCases.All, c => Assert.Empty(Run(c.Fits).Ids.Intersect(listed)));
    }
}
