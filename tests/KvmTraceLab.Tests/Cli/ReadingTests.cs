using System.Text.Json.Nodes;

namespace KvmTraceLab.Tests.Cli;

/// <summary>What people read first: one bug told once, whole sentences, lines that fit a terminal.</summary>
public sealed class ReadingTests
{
    private static string Text(params string[] arguments)
    {
        var (code, output, error) = Ktl.Run(arguments);
        Assert.Equal((0, ""), (code, error));
        return output;
    }

    [Fact]
    public void A_bug_met_in_twelve_places_is_one_page_and_twelve_rows()
    {
        const string Sample = "samples/nested-mbec.txt.zst";
        Assert.Equal(12, JsonNode.Parse(Text("replay", Sample, "--format", "json"))!["bugs"]!.AsArray().Count);
        var lines = Text("replay", Sample).Split('\n');
        Assert.Equal("BUG: BUG_WRONG_REFLECTED_INFO: 12 faults, in 12 places (L2, tid 310)", Assert.Single(lines, l => l.StartsWith("BUG", StringComparison.Ordinal)));
        Assert.Single(lines, l => l.StartsWith("  BUG_WRONG_REFLECTED_INFO: ", StringComparison.Ordinal));
        Assert.Single(lines, l => l.Contains("Rule broken:", StringComparison.Ordinal));
        Assert.Equal(12, lines.Count(l => l.StartsWith("      0x1000", StringComparison.Ordinal)));
        Assert.Single(lines, l => l.Contains("info1 0x7aa is injected where 0x7ea is due", StringComparison.Ordinal) && l.StartsWith("      0x10009080  write   310       1  2.364510", StringComparison.Ordinal));
    }

    /// <summary>The signature and the loop of the same faults add nothing to the verdict.</summary>
    [Theory]
    [InlineData("samples/write-livelock.txt", "BUG: LIVELOCK")]
    [InlineData("samples/shadow-stale.dat", "NOTICE: RETRY_STORM")]
    public void A_livelock_that_was_judged_has_one_headline(string sample, string headline)
    {
        var lines = Text("analyze", sample).Split('\n').TakeWhile(l => l.Length > 0).ToList();
        Assert.StartsWith(headline, lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain(lines.Skip(1), l => l.Length > 0 && l[0] != ' ');
    }

    /// <summary>No fault is wrong, and yet the first line must not say that all is well.</summary>
    [Theory]
    [InlineData("replay")]
    [InlineData("analyze")]
    public void An_SPTE_that_breaks_a_rule_is_told_first(string command)
    {
        const string Fault = """
            CPU 0/KVM-9 [000] 5.000000100: kvm_exit: reason EXIT_NPF rip 0x10 info 100000006 10004000
            CPU 0/KVM-9 [000] 5.000000200: kvm_page_fault: vcpu 0 rip 0x10 address 0x10004000 error_code 0x100000006
            CPU 0/KVM-9 [000] 5.000000300: kvm_mmu_spte_requested: gfn 10004 pfn 5b86 level 1
            CPU 0/KVM-9 [000] 5.000000400: kvm_tdp_mmu_spte_changed: as id 0 gfn 10004 level 1 old_spte 0 new_spte 5b86a67
            CPU 0/KVM-9 [000] 5.000000500: kvm_entry: vcpu 0 rip 0x10

            """;
        var result = Ktl.RunWith(s => s.Write(System.Text.Encoding.UTF8.GetBytes(Fault)), command, "-");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith("TROUBLE: 1 SPTE of KVM's breaks a rule: w-without-mmu-writable\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("ktl mmu decode --spte 0x5b86a67 --mmu npt", result.Output, StringComparison.Ordinal);
    }

    /// <summary>A guest that polls a port now and then all day long: one line, not one each time.</summary>
    [Fact]
    public void A_thread_that_polls_many_times_is_told_of_once()
    {
        var text = new System.Text.StringBuilder();
        var time = 5_000_000;
        for (var spell = 0; spell < 3; spell++)
        {
            for (var i = 0; i < 20; i++) Turn("IO_INSTRUCTION", 0x1000, "608000b 0", $"kvm_pio: pio_read at 0x608 size 4 count 1 val 0x{i:x}");
            for (var i = 0; i < 100; i++) Turn("CPUID", 0x2000 + ((ulong)(i * i) % 97 * 16), "0 0", "kvm_cpuid: func 1 idx 0 rax 1 rbx 2 rcx 3 rdx 4, cpuid entry found");
        }

        var result = Ktl.RunWith(s => s.Write(System.Text.Encoding.UTF8.GetBytes(text.ToString())), "replay", "-");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith("NOTICE: NON_MMU_POLL_LOOP: tid 9 polls (IO_INSTRUCTION, 3 times, 60 turns in all); no MMU fault is\n    involved.\n\n", result.Output, StringComparison.Ordinal);

        void Turn(string reason, ulong rip, string info, string what)
        {
            Line($"kvm_exit: reason {reason} rip 0x{rip:x} info {info}");
            Line(what);
            Line($"kvm_entry: vcpu 0 rip 0x{rip + 1:x}");
        }

        void Line(string what) => text.Append(System.Globalization.CultureInfo.InvariantCulture, $"CPU 0/KVM-9 [000] {time / 1_000_000}.{time++ % 1_000_000:d6}: {what}\n");
    }

    [Fact]
    public void Where_the_thread_goes_on_the_page_says_for_how_long() =>
        Assert.Contains("The trace of this\n    thread goes on for 1.19ms after the last of them.", Text("replay", "samples/write-livelock.txt"), StringComparison.Ordinal);

    [Theory]
    [InlineData("samples/nested-mbec.txt.zst")]
    [InlineData("samples/demand-faults.txt")]
    [InlineData("samples/shadow-paging.dat")]
    public void Listed_events_fit_a_terminal_and_are_read_back_whole(string sample)
    {
        var listed = Text("events", sample);
        var lines = listed.TrimEnd('\n').Split('\n');
        Assert.All(lines, l => Assert.InRange(l.Length, 0, 100));
        // A line goes on only where its next word would not have fitted.
        foreach (var (line, next) in lines.Zip(lines.Skip(1)).Where(pair => !pair.Second.Contains(": kvm_", StringComparison.Ordinal) && pair.Second.StartsWith("        ", StringComparison.Ordinal) && pair.Second[8] != ' ' && !pair.Second.Contains('[', StringComparison.Ordinal)))
            Assert.InRange(line.Length + 1 + next.TrimStart(' ').Split(' ')[0].Length, 101, 300);
        var again = Ktl.RunWith(s => s.Write(System.Text.Encoding.UTF8.GetBytes(listed)), "analyze", "-", "--format", "json");
        var (one, other) = (JsonNode.Parse(Text("analyze", sample, "--format", "json"))!, JsonNode.Parse(again.Output)!);
        Assert.Equal(one["events"]!.ToJsonString(), other["events"]!.ToJsonString());
        Assert.Equal(one["exits"]!.ToJsonString(), other["exits"]!.ToJsonString());
        Assert.Equal(0, (long)other["health"]!["notUnderstood"]!);
    }

    /// <summary>A list of advice cut behind the second word is none.</summary>
    [Fact]
    public void Advice_in_a_table_is_not_cut()
    {
        var rows = JsonNode.Parse(Text("list", "signatures", "--format", "json"))!["rows"]!.AsArray();
        var lines = Text("list", "signatures").Split('\n');
        Assert.DoesNotContain(lines, l => l.EndsWith('…'));
        var words = lines.SelectMany(l => l.Split(' ')).ToHashSet(StringComparer.Ordinal);
        Assert.All(rows, row => Assert.All(((string)row!["title"]!).Split(' '), word => Assert.Contains(word, words)));
    }

    /// <summary>A guest's interrupt commands and timers differ between any two runs.</summary>
    [Fact]
    public void Registers_with_many_values_are_no_difference_between_runs()
    {
        var folder = Directory.CreateTempSubdirectory("ktl");
        try
        {
            string Run(string name, int from, string setting)
            {
                var text = new System.Text.StringBuilder();
                for (var i = 0; i < 40; i++)
                {
                    text.Append($"CPU 0/KVM-9 [000] 5.{i:000000}100: kvm_exit: reason MSR_WRITE rip 0x10 info 0 0\n");
                    text.Append($"CPU 0/KVM-9 [000] 5.{i:000000}200: kvm_msr: msr_write {(i == 7 ? "174" : "40000071")} = 0x{(i == 7 ? setting : $"{from + i:x}")}\n");
                    text.Append($"CPU 0/KVM-9 [000] 5.{i:000000}300: kvm_entry: vcpu 0 rip 0x12\n");
                }

                var path = Path.Combine(folder.FullName, name);
                File.WriteAllText(path, text.ToString());
                return path;
            }

            var output = Text("compare", Run("a.txt", 0x100, "10"), Run("b.txt", 0x900, "20"), "--per", "trace");
            Assert.Contains("Left out, since they have many values in either run: msr-write 0x40000071 (HV_ICR).", output, StringComparison.Ordinal);
            Assert.Contains("msr-write  0x174 (IA32_SYSENTER_CS)  0x10  0x20", output, StringComparison.Ordinal);
            Assert.Contains("0x40000071", Text("compare", Path.Combine(folder.FullName, "a.txt"), Path.Combine(folder.FullName, "b.txt"), "--per", "trace", "--format", "json"), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Hypercalls_have_the_names_of_the_interface_that_numbers_them()
    {
        var folder = Directory.CreateTempSubdirectory("ktl");
        try
        {
            string Run(string name, string call)
            {
                var path = Path.Combine(folder.FullName, name);
                File.WriteAllText(path, $"CPU 0/KVM-9 [000] 5.000000100: kvm_exit: reason VMCALL rip 0x10 info 0 0\nCPU 0/KVM-9 [000] 5.000000200: {call}\nCPU 0/KVM-9 [000] 5.000000300: kvm_entry: vcpu 0 rip 0x12\n");
                return path;
            }

            var windows = Run("windows.txt", "kvm_hv_hypercall: code 0xb fast var_cnt 0x0 rep_cnt 0x0 idx 0x0 in 0x1 out 0x0");
            var linux = Run("linux.txt", "kvm_hypercall: nr 0xb a0 0x1 a1 0x0 a2 0x0 a3 0x0");
            Assert.Contains("0xb         1  HVCALL_SEND_IPI", Text("analyze", windows), StringComparison.Ordinal);
            Assert.Contains("0xb         1  KVM_HC_SCHED_YIELD", Text("analyze", linux), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
