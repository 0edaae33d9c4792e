using System.Text;
using System.Text.RegularExpressions;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>Snippets as people post them: each KVM event in them is found with its fields, the rest is accounted for.</summary>
public sealed class WildSnippetTests
{
    private static readonly string[] Files = [.. Directory.GetFiles(TextRows.Fixture("wild"), "*.txt").Order(StringComparer.Ordinal)];

    /// <summary>Every row with every field, in Golden/cli/wild.txt, read by eye against the snippets once.</summary>
    [Fact]
    public void Rows_and_fields()
    {
        var text = new StringBuilder();
        foreach (var file in Files)
        {
            var rows = TextRows.Of(File.ReadAllBytes(file));
            var l = rows.Lines;
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"== {Path.GetFileName(file)}: {l.Lines} lines = {l.Events} events + {l.Continuations} continuations + {l.Comments} comments + {l.LostMarkers} lost + {l.NotUnderstood} not understood\n");
            foreach (var row in rows.Rows) text.Append(row).Append('\n');
        }

        GoldenFile.Check("cli/wild.txt", text.ToString());
    }

    /// <summary>An independent count: names of KVM's events followed by a colon, wherever they stand in the text.</summary>
    [Fact]
    public void Every_event_name_in_the_text_is_a_row()
    {
        foreach (var file in Files)
        {
            var text = File.ReadAllText(file);
            var shares = text.Split('\n').Count(l => l.Contains("%  reason ", StringComparison.Ordinal)); // a table names its event once
            var expected = Mentions().Matches(text).Select(m => m.Groups["name"].Value).Concat(Enumerable.Repeat("kvm_exit", shares)).Order(StringComparer.Ordinal);
            var rows = TextRows.Of(File.ReadAllBytes(file));
            var found = rows.Names.Where(n => n.StartsWith("kvm_", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
            Assert.True(expected.SequenceEqual(found), $"{Path.GetFileName(file)}: {string.Join(' ', expected)} / {string.Join(' ', found)}");
            Assert.Equal(0, rows.Lines.NotUnderstood);
            Assert.Equal(0, rows.Health.CountOf(KvmTraceLab.Parser.Health.TraceHealth.PayloadNotUnderstood));
        }
    }

    private static Regex Mentions() => new(@"(?<![\w-]|; )(?<!kvm_\w+: )(?<name>kvm_\w+)(?::(?=\s)|(?=\s*\z))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
}
