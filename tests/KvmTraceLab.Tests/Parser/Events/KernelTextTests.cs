using System.Text.RegularExpressions;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Tests.Parser.Text;

namespace KvmTraceLab.Tests.Parser.Events;

/// <summary>
/// Every x86 tracepoint of the systems kvm and kvmmmu as the kernel itself prints it: the fixture was written by the output
/// functions of Linux 7.2.13 over made-up records (those of 7.3-rc7 print the same), and where 6.1 or 6.12 print otherwise by
/// theirs. It holds the record's fields, as far as the text carries them, and the text.
/// </summary>
public sealed class KernelTextTests
{
    private readonly PayloadBench _bench = new();

    private const string Newest = "kernel-texts.txt";

    private static IEnumerable<(string Name, string[] Fields, string Text)> Lines(string file) =>
        from line in File.ReadLines(TextRows.Fixture("events/" + file))
        let parts = line.Split('|', 3)
        select (parts[0], parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries), parts[2]);

    [Fact]
    public void Every_tracepoint_has_a_shape()
    {
        List<string> names = [.. Lines(Newest).Select(l => l.Name).Distinct()];
        Assert.Equal(110, names.Count);
        Assert.All(names, n => PayloadBench.ShapeOf(n));
    }

    [Theory]
    [InlineData(Newest)]
    [InlineData("kernel-texts-6.txt")]
    public void Every_field_of_the_text_is_read(string file)
    {
        var strange = new List<string>();
        foreach (var (name, fields, text) in Lines(file))
        {
            if (!_bench.TryRead(name, text, out var row, out var leftOver) || leftOver)
            {
                strange.Add($"{name} not understood: {text}");
                continue;
            }

            foreach (string pair in fields)
            {
                string field = pair.Split('=')[0];
                ulong value = Convert.ToUInt64(pair.Split('=')[1], 16);
                ulong read = _bench.Field(row, row.Shape!.Fields.First(f => f.Is(field)).Name);
                if (read != value && (read ^ value) << 32 != 0) strange.Add($"{name}.{field} is {read:x}: {text}");
            }
        }

        Assert.Equal([], strange);
    }

    [Fact]
    public void A_row_prints_as_the_kernel_did()
    {
        var strange = new List<string>();
        foreach (var (name, _, text) in Lines(Newest))
        {
            string printed = PayloadBench.Print(_bench.Whole(name, text), Dialect.Kernel);
            if (Pointers(printed).TrimEnd() != Pointers(text).TrimEnd()) strange.Add($"{name}: {printed}\n  kernel: {text}");
        }

        Assert.True(strange.Count == 0, string.Join("\n", strange));

        // The kernel prints pointers as 16 digits, trace-cmd as a number with 0x.
        static string Pointers(string text) => Regex.Replace(text, "(?<=sptep[: ])(0x|0*)(?=[0-9a-f])", "");
    }
}
