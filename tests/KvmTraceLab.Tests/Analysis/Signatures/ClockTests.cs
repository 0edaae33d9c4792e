using System.Text;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Analysis.Signatures;

/// <summary>What signatures say where the clock tells no time, and of excerpts that people annotated.</summary>
public sealed class ClockTests
{
    /// <summary>A halt that takes one tick is short by a cycle counter; by a clock that counts events it says nothing.</summary>
    [Theory]
    [InlineData(900, 30_000, "cycles", true)]
    [InlineData(1, 1, "count", false)]
    public void A_clock_that_counts_events_tells_no_rate(int halt, int run, string unit, bool told)
    {
        var text = new StringBuilder("cpus=1\n");
        var time = 1_000_000_000_000L;
        for (var i = 0; i < 200; i++)
        {
            text.Append($"CPU 0/KVM-100 [000] {time}: kvm_exit: reason HLT rip 0x1000 info 0 0\n");
            text.Append($"CPU 0/KVM-100 [000] {time += halt}: kvm_entry: vcpu 0 rip 0x1001\n");
            time += run;
        }

        using var trace = Analyzed.Text(text.ToString());
        var document = Analyzed.Document(trace);
        Assert.Equal(unit, (string)document["source"]!["timeUnit"]!);
        var note = document["notes"]!.AsArray().FirstOrDefault(n => (string)n!["id"]! == "L16");
        Assert.Equal(told, note is not null);
        if (note is not null) Assert.DoesNotContain("/s", (string)note["why"]!, StringComparison.Ordinal);
    }

    /// <summary>An access has an exit of its own; somebody left it out, and wrote the counter's name for its number.</summary>
    [Fact]
    public void An_NMI_and_a_named_counter_are_a_PMI_loop_at_low_confidence()
    {
        using var trace = Analyzed.Text("kvm_msr: msr_write CTR1 = 0xffffffffffffffea\nkvm_exit: vcpu 0 reason EXCEPTION_NMI\nkvm_msr: msr_read CTR1 = 0x83 // nmi_handler\n");
        var note = Assert.Single(Analyzed.Document(trace)["notes"]!.AsArray())!;
        Assert.Equal(("L29", "low", 1), ((string)note["id"]!, (string)note["confidence"]!, (int)note["turnsSeen"]!));
    }
}
