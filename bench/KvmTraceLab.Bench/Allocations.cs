using System.Globalization;
using KvmTraceLab.Analysis;
using KvmTraceLab.Parser;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Bench;

/// <summary>What <c>ktl analyze</c> allocates on the managed heap, all threads and the report together.</summary>
internal static class Allocations
{
    public static int Print(string[] files)
    {
        Console.WriteLine("| file | events | allocated, MB | bytes an event | collections |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        foreach (var file in files)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var collections = GC.CollectionCount(0);
            long events;
            using (var trace = Trace.Open(file))
            {
                var suite = new AnalysisSuite(info: trace.Info);
                var replayer = new TraceReplayer(suite.Observers);
                foreach (var batch in trace.Batches())
                {
                    suite.SeeBatch(batch);
                    replayer.Process(batch);
                }

                replayer.End();
                _ = suite.Report("analyze", new TraceRun(trace, replayer)).Document;
                events = trace.Lines.Events;
            }

            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Path.GetFileName(file)} | {events} | {allocated / 1e6:0.0} | {(double)allocated / Math.Max(1, events):0.0} | {GC.CollectionCount(0) - collections} |"));
        }

        return 0;
    }
}
