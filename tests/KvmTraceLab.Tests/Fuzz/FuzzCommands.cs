namespace KvmTraceLab.Tests.Fuzz;

/// <summary>The commands that cases run, and what their output must be.</summary>
internal static class FuzzCommands
{
    private static readonly (int Weight, string[] Args, FuzzOutput Output)[] Traces =
    [
        (8, ["analyze"], FuzzOutput.Text),
        (6, ["analyze", "--format", "json"], FuzzOutput.Json),
        (3, ["analyze", "--format", "md"], FuzzOutput.Text),
        (3, ["analyze", "--format", "csv"], FuzzOutput.Text),
        (2, ["analyze", "--min-iterations", "2", "--fail-on", "loop,lost,bug,not-understood"], FuzzOutput.Text),
        (3, ["info"], FuzzOutput.Text),
        (2, ["info", "--format", "json"], FuzzOutput.Json),
        (6, ["events"], FuzzOutput.Text),
        (3, ["events", "--format", "json"], FuzzOutput.Json),
        (3, ["events", "--format", "csv"], FuzzOutput.Text),
        (2, ["events", "--format", "trace-cmd"], FuzzOutput.Text),
        (2, ["events", "--format", "md", "--around", "4327.3734", "-C", "3"], FuzzOutput.Text),
        (2, ["events", "--from", "4327.373480", "--to", "4327.373490", "--vcpu", "0"], FuzzOutput.Text),
        (3, ["exits", "--by", "reason,rip,port,msr,gpa,vcpu,level", "--than", "1us"], FuzzOutput.Text),
        (2, ["exits", "--format", "json", "--without-hlt"], FuzzOutput.Json),
        (4, ["loops", "--min-iterations", "2", "--format", "json"], FuzzOutput.Json),
        (2, ["loops", "--min-iterations", "2"], FuzzOutput.Text),
        (4, ["replay"], FuzzOutput.Text),
        (2, ["replay", "--format", "json"], FuzzOutput.Json),
        (2, ["replay", "--each"], FuzzOutput.JsonLines),
        (2, ["export", "--to", "speedscope"], FuzzOutput.Json),
        (2, ["export", "--to", "chromium", "--weight", "time"], FuzzOutput.Json),
        (1, ["export", "--to", "perfview"], FuzzOutput.Xml),
        (1, ["export", "--to", "csv"], FuzzOutput.Text),
        (1, ["export", "--to", "csv", "--table", "loops"], FuzzOutput.Text),
        (1, ["chart"], FuzzOutput.Xml),
        (1, ["chart", "--by", "rip", "--kind", "line"], FuzzOutput.Xml),
        (1, ["chart", "--by", "vcpu", "--kind", "heatmap"], FuzzOutput.Xml),
        (1, ["report"], FuzzOutput.Page),
    ];

    private static readonly string[] InputFormats = ["trace-cmd-dat", "trace-cmd-text", "ftrace-text", "perf-script", "pasted-text"];

    private static readonly int Sum = Traces.Sum(t => t.Weight);

    /// <summary>Arguments for the input at <paramref name="file"/>.</summary>
    public static (string[] Args, FuzzOutput Output) Pick(Random random, string file, string other)
    {
        var draw = random.Next(Sum + 6);
        if (draw >= Sum) return Further(draw - Sum, random, file, other);
        foreach (var (weight, args, output) in Traces)
        {
            draw -= weight;
            if (draw >= 0) continue;
            string[] all = [args[0], file, .. args[1..]];
            if (random.Next(20) == 0) all = [.. all, "--input-format", InputFormats[random.Next(InputFormats.Length)]];
            if (random.Next(20) == 0) all = [.. all, "--dmesg", other];
            if (random.Next(40) == 0) all = [.. all, "--guest-map", other];
            if (random.Next(10) == 0) all = [.. all, "--threads", "3"];
            return (all, output);
        }

        throw new InvalidOperationException("weights do not add up");
    }

    /// <summary>Every command that reads a trace, over one file.</summary>
    public static IEnumerable<(string[] Args, FuzzOutput Output)> All(string file)
    {
        foreach (var (_, args, output) in Traces) yield return ([args[0], file, .. args[1..]], output);
        foreach (var format in InputFormats) yield return (["analyze", file, "--input-format", format], FuzzOutput.Text);
        yield return (["compare", file, file, "--expect", "2x"], FuzzOutput.Text);
    }

    private static (string[] Args, FuzzOutput Output) Further(int which, Random random, string file, string other) => which switch
    {
        0 => (["compare", file, other, "--expect", "2x"], FuzzOutput.Text),
        1 => (["compare", file, other, "--format", "json"], FuzzOutput.Json),
        2 => (["compare", "rate:" + Word(random), "rate:5k", "--format", "json"], FuzzOutput.Json),
        3 => (["mmu", "eval", file], FuzzOutput.Text),
        4 => (["mmu", "decode", "--" + new[] { "vmx", "npf", "pf", "io", "svm-io", "cr", "cr0", "cr4", "efer", "role", "spte" }[random.Next(11)], random.Next(4) == 0 ? Word(random) : $"0x{random.NextInt64(long.MinValue, long.MaxValue):x}"], FuzzOutput.Text),
        _ => (["mmu", "explain", "--acc", Word(random), "--access", random.Next(2) == 0 ? "fetch" : Word(random)], FuzzOutput.Text),
    };

    private static string Word(Random random) => random.Next(6) switch
    {
        0 => FuzzMutator.Hostile[random.Next(FuzzMutator.Hostile.Length)].Replace("\0", "", StringComparison.Ordinal),
        1 => "r,x",
        2 => new string('9', random.Next(1, 40)),
        3 => "1e" + random.Next(400),
        4 => "1.2M@" + random.Next(-1, 9),
        _ => "x\x1b[31m",
    };
}
