using System.CommandLine;
using KvmTraceLab.Mmu.Architecture;
using KvmTraceLab.Output.Text;

namespace KvmTraceLab.Cli.Mmu;

/// <summary><c>ktl mmu diff</c>: where KVM's way and the architecture differ.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var reachable = new Option<bool>("--reachable") { Description = "only differences that a guest could notice" };
        Option<string> format = MmuOptions.Format("text");
        Option<string?> output = CommonOptions.Output();
        var command = new Command("diff", Examples.Text("List every input on which KVM and the architecture differ, and why.", "ktl mmu diff")) { reachable, format, output };
        command.SetAction(parsed => MmuRun.Write(parsed.GetValue(output),
            writer => Run(parsed.GetValue(reachable), MmuOptions.ParseFormat(parsed.GetValue(format)!), writer)));
        return command;
    }

    /// <summary>Exit code 1 when something is unexplained: then the model is wrong.</summary>
    public static int Run(bool reachableOnly, MmuFormat format, TextWriter output)
    {
        DifferenceKind[] kinds = [.. DifferenceKind.All.Where(k => k.Reachable || !reachableOnly)];
        List<MmuDifference> all = [.. MmuDiff.All().Where(d => kinds.Any(k => k.Id == d.Id))];
        string[] columns = ["id", "role", "input", "access", "kvm", "architecture"];
        switch (format)
        {
            case MmuFormat.Text:
                foreach (DifferenceKind kind in kinds)
                    WriteKind(output, kind, [.. all.Where(d => d.Id == kind.Id)]);
                break;
            case MmuFormat.Json:
                MmuText.Json(output, json =>
                {
                    json.WriteString("schema", "ktl/mmu-diff/1");
                    json.WriteStartArray("kinds");
                    foreach (DifferenceKind kind in kinds)
                    {
                        json.WriteStartObject();
                        json.WriteString("id", kind.Id);
                        json.WriteBoolean("reachable", kind.Reachable);
                        json.WriteNumber("count", all.Count(d => d.Id == kind.Id));
                        json.WriteString("explanation", kind.Explanation);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                    json.WriteStartArray("differences");
                    foreach (MmuDifference d in all)
                    {
                        json.WriteStartObject();
                        string[] cells = Cells(d);
                        for (int i = 0; i < cells.Length; i++)
                            json.WriteString(columns[i], cells[i]);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                });
                break;
            default:
                MmuText.Table(output, format, "ktl/mmu-diff/1", "diff", columns, all.Select(Cells));
                break;
        }

        return all.Exists(d => d.Id == DifferenceKind.Unexplained) ? 1 : 0;
    }

    private static void WriteKind(TextWriter output, DifferenceKind kind, List<MmuDifference> differences)
    {
        if (differences.Count == 0)
            return;
        output.WriteLine($"{kind.Id}: {differences.Count} inputs, {(kind.Reachable ? "reachable" : "not reachable")}");
        foreach (string line in TextWidth.Wrap(kind.Explanation, 96))
            output.WriteLine($"  {line}");
        foreach (MmuDifference d in differences)
            output.WriteLine($"  role: {d.Role}  acc: {d.Input}  access: {d.Access}  kvm: {d.Kvm}  hardware: {d.Architecture}");
        output.WriteLine();
    }

    private static string[] Cells(MmuDifference d) => [d.Id, d.Role, d.Input, d.Access, d.Kvm, d.Architecture];
}
