namespace KvmTraceLab.Tests.Analysis.Signatures;
public sealed class ScratchTests(Xunit.Abstractions.ITestOutputHelper o)
{
    [Fact]
    public void Dump()
    {
        var sb = new System.Text.StringBuilder();
        var files = Directory.GetFiles(SignatureRun.Wild()).Order().Select(f => (f, 16)).Concat(Directory.GetFiles(SignatureRun.Wild()).Order().Select(f => (f, 2)));
        var extra = Environment.GetEnvironmentVariable("SCRATCH");
        if (extra is not null) files = Directory.GetFiles(extra, "*.dat").Order().Select(f => (f, 16));
        foreach (var (f, n) in files)
        {
            try
            {
                var r = SignatureRun.OfFile(f, n);
                sb.AppendLine($"## {Path.GetFileName(f)} min {n}: loops {r.Loops.Count} [{string.Join(",", r.Loops.Take(5).Select(l => l.Kind + ":" + l.Period + "x" + l.Iterations + ":" + l.Reason + ":" + l.Signature))}] notes {string.Join(",", r.Ids)}");
                foreach (var x in r.Findings) sb.AppendLine($"   {x.Signature.Id} {x.Confidence} {x.Why}");
                if (extra is null && r.Findings.Count > 0) sb.AppendLine(r.Report.Document["notes"]!.ToJsonString());
                else foreach (var h in r.Report.Headlines) sb.AppendLine("   H " + h.Kind);
            }
            catch (KvmTraceLab.Parser.Health.TraceException e) { sb.AppendLine($"## {Path.GetFileName(f)}: {e.Message}"); }
        }
        File.WriteAllText("/tmp/sigs-scratch.txt", sb.ToString());
        o.WriteLine("x");
    }
}
