using KvmTraceLab.Parser.Events;
using KvmTraceLab.Tests.Parser.Text;

namespace KvmTraceLab.Tests.Parser.Events;

/// <summary>
/// One line of each kind that trace-cmd 3.1 printed for recordings of Linux 6.1 (SVM) and 7.2 (VMX): by default with
/// the plugin, and with -N, which gives the kernel's own text.
/// </summary>
public sealed class RealReportTests
{
    /// <summary>What the plugin says in front of a kvm_nested_vmexit since 5.10: it is read over, and not printed.</summary>
    private const string Complaint = "<CANT FIND FIELD rip>";

    private readonly PayloadBench _bench = new();

    private static IEnumerable<(string Name, string Payload)> Lines(string file)
    {
        foreach (var line in File.ReadLines(TextRows.Fixture("events/" + file)))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            yield return (line[..colon], line[(colon + 2)..]);
        }
    }

    [Theory]
    [InlineData("report-default.txt", 150)]
    [InlineData("report-N.txt", 150)]
    public void Every_line_is_read_whole(string file, int atLeast)
    {
        var count = 0;
        var bad = new List<string>();
        foreach (var (name, payload) in Lines(file))
        {
            count++;
            if (!_bench.TryRead(name, payload, out _, out var leftOver) || leftOver) bad.Add($"{name}: {payload}");
        }

        Assert.True(bad.Count == 0, string.Join("\n", bad));
        Assert.True(count >= atLeast);
    }

    [Theory]
    [InlineData("report-default.txt", Dialect.Plugin)]
    [InlineData("report-N.txt", Dialect.Kernel)]
    public void Printing_gives_the_line_back(string file, Dialect dialect)
    {
        var bad = new List<string>();
        foreach (var (name, payload) in Lines(file))
        {
            // libtraceevent cannot evaluate this one's empty symbol table; the raw numbers are read, the kernel's text is printed.
            if (name == "kvm_inj_exception") continue;

            // Nor does it know the values of enumerators: with -N it prints 0x1 where the kernel prints tsc.
            if (dialect == Dialect.Kernel && payload.Contains("hostclock", StringComparison.Ordinal)) continue;
            var printed = PayloadBench.Print(_bench.Whole(name, payload), dialect);
            if (printed.Trim() != payload.Replace(Complaint, "", StringComparison.Ordinal).Trim()) bad.Add($"{name}: {payload} => {printed}");
        }

        Assert.True(bad.Count == 0, string.Join("\n", bad));
    }
}
