using KvmTraceLab.Analysis.Recording;

namespace KvmTraceLab.Tests.Recording;

public sealed class HostFactsTests
{
    [Fact]
    public void Facts_are_read_from_proc_and_sys_and_come_back_from_their_file()
    {
        HostFacts facts = HostFactsCollector.Collect(FakeHost.WithGuest(), [], "trace-cmd record");
        Assert.Equal("7.1.0-rc2", facts.KernelRelease);
        Assert.Equal("Intel(R) Xeon(R) Gold 6426Y", facts.CpuModel);
        Assert.Contains("ept_mode_based_exec", facts.CpuFlags);
        Assert.Equal((true, false, null), (facts.Switch("kvm_intel", "ept"), facts.Switch("kvm_intel", "enable_apicv"), facts.Switch("kvm", "x")));
        TracedProcess guest = Assert.Single(facts.Processes);
        Assert.Equal(16100, guest.Pid);
        Assert.Equal([(0, 16105), (1, 16106)], guest.Vcpus.Select(v => (v.Key, v.Value)));
        Assert.True(guest.Cpu.Mbec);
        Assert.DoesNotContain("hunter2", facts.ToJson(), StringComparison.Ordinal);

        string path = Path.Combine(Path.GetTempPath(), $"ktl-{Guid.NewGuid():N}.dat");
        try
        {
            File.WriteAllText(HostFacts.PathBeside(path), facts.ToJson());
            Assert.True(HostFacts.TryReadBeside(path, out HostFacts? read, out string? problem), problem);
            Assert.Equal(facts.ToJson(), read!.ToJson());
        }
        finally
        {
            File.Delete(HostFacts.PathBeside(path));
        }
    }

    [Fact]
    public void A_long_list_of_flags_fills_its_lines()
    {
        var facts = new HostFacts { CpuFlags = [.. Enumerable.Range(0, 90).Select(i => $"flag_{i}")], Modules = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["kvm"] = new Dictionary<string, string> { ["x"] = "\"+y" } } };
        var lines = facts.ToJson().Split('\n');
        Assert.InRange(lines.Length, 10, 30);
        Assert.All(lines, l => Assert.InRange(l.Length, 0, 100));
        var read = System.Text.Json.Nodes.JsonNode.Parse(facts.ToJson())!;
        Assert.Equal(facts.CpuFlags, read["cpuFlags"]!.AsArray().Select(f => (string)f!));
        Assert.Equal("\"+y", (string)read["modules"]!["kvm"]!["x"]!);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"schema\":\"other\"}")]
    [InlineData("{\"schema\":\"ktl/host-facts/1\",\"modules\":[]}")]
    [InlineData("{\"schema\":\"ktl/host-facts/1\",\"kernelRelease\":{}}")]
    public void A_file_that_is_something_else_is_a_problem_and_no_crash(string text)
    {
        string path = Path.Combine(Path.GetTempPath(), $"ktl-{Guid.NewGuid():N}.dat");
        try
        {
            File.WriteAllText(HostFacts.PathBeside(path), text);
            Assert.False(HostFacts.TryReadBeside(path, out _, out string? problem));
            Assert.StartsWith(HostFacts.PathBeside(path), problem, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(HostFacts.PathBeside(path));
        }
    }

    [Fact]
    public void A_trace_without_facts_is_no_problem()
    {
        Assert.False(HostFacts.TryReadBeside("/nowhere/trace.dat", out _, out string? problem));
        Assert.Null(problem);
    }

    [Fact]
    public void Features_are_those_of_the_command_line()
    {
        QemuCpu cpu = QemuCpu.Of(["qemu", "-cpu", "qemu64", "-cpu", "host,-cet-ss,cet-ss=on,+vmx-mbec,hv_time,hv-evmcs=off,hv-spinlocks=0x1fff,smep=true"]);
        Assert.Equal("host", cpu.Model);
        Assert.Equal(
            ["cet-ss=off", "hv-evmcs=off", "hv-spinlocks=0x1fff", "hv-time=on", "smep=on", "vmx-mbec=on"],
            cpu.Features.Select(f => $"{f.Key}={f.Value}"));
        Assert.Equal(
            [("0x7.ebx[7]", true), ("0x7.ecx[7]", false), ("0x40000003.eax[1]", true), ("0x40000003.eax[9]", true), ("0x40000004.eax[14]", false)],
            cpu.CpuidBits().Select(b => (b.Bit, b.On)));
        Assert.Null(QemuCpu.Of(["qemu"]).Mbec);
    }
}
