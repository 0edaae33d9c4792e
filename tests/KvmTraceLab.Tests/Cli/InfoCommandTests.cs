using KvmTraceLab.Cli;

namespace KvmTraceLab.Tests.Cli;

public sealed class InfoCommandTests
{
    private const string Line = "  CPU 0/KVM-16105 [000]     1.000001: kvm_fpu: unload\n";

    [Fact]
    public void Lost_data_are_a_table_the_worst_CPU_first()
    {
        var text = Of(Line + "CPU:3 [LOST 7 EVENTS]\n" + Line + "CPU:0 [EVENTS DROPPED]\n" + Line + "CPU:1 [LOST 9 EVENTS]\n" + Line + "CPU:3 [EVENTS DROPPED]\n" + Line);
        Assert.Contains(
            """
            Lost data by CPU
              CPU  Events lost  Markers without a number
                1            9                         0
                3            7                         1
                0            0                         1

            """, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_of_many_CPUs_that_all_lost_something_does_not_bury_the_rest()
    {
        var text = Of(string.Concat(Enumerable.Range(0, 100).Select(cpu => $"{Line}CPU:{cpu} [LOST {cpu + 1} EVENTS]\n")));
        Assert.Contains("… 84 more (all: --format csv --table lost)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Lost data", Of(Line + Line), StringComparison.Ordinal);
    }

    private static string Of(string trace)
    {
        var folder = Directory.CreateTempSubdirectory("ktl-info");
        try
        {
            var (input, output) = (Path.Combine(folder.FullName, "trace.txt"), Path.Combine(folder.FullName, "info.txt"));
            File.WriteAllText(input, trace);
            Assert.Equal(0, Root.Create().Parse(["info", input, "-o", output]).Invoke());
            return File.ReadAllText(output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
