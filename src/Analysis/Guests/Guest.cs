using KvmTraceLab.Analysis.Recording;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Guests;

/// <summary>A virtual machine of the trace: vCPU threads that belong together.</summary>
/// <param name="Name">As the VMM's command line names it, or null.</param>
/// <param name="Pid">The VMM's process, or null where only the threads are known.</param>
/// <param name="Lanes">Its vCPUs in order of their threads; never empty.</param>
public sealed record Guest(string? Name, int? Pid, IReadOnlyList<VcpuLane> Lanes)
{
    /// <summary>vCPU threads of one VMM are made one after the other; this many others may come between.</summary>
    private const int WidestGap = 32;

    public long Exits => Numbers.Sum(Lanes.Select(l => l.Exits));

    public long GuestNs => Numbers.Sum(Lanes.Select(l => l.GuestNs));

    public long HostNs => Numbers.Sum(Lanes.Select(l => l.HostNs));

    public long IdleNs => Numbers.Sum(Lanes.Select(l => l.IdleNs));

    /// <summary>Guests by the processes that were running when the trace was recorded; threads of none of them are left out.</summary>
    public static IReadOnlyList<Guest> OfProcesses(IEnumerable<VcpuLane> lanes, IReadOnlyList<TracedProcess> processes)
    {
        var byTid = lanes.Where(l => l.IsVcpu && l.Tid >= 0).ToDictionary(l => l.Tid);
        var guests = new List<Guest>();
        foreach (var process in processes)
        {
            List<VcpuLane> own = [.. process.Vcpus.Values.Distinct().Order().Where(byTid.ContainsKey).Select(tid => byTid[tid])];
            if (own.Count > 0) guests.Add(new Guest(NameOf(process.Arguments), process.Pid, own));
        }

        return guests;
    }

    /// <summary>
    /// Guests by thread and vCPU numbers alone: threads in order, and a vCPU 0 begins a guest. Empty where that does not come out even
    /// for all of them: a number is unknown, missing or out of order, or the threads are far apart.
    /// </summary>
    public static IReadOnlyList<Guest> OfThreads(IEnumerable<VcpuLane> lanes)
    {
        var guests = new List<Guest>();
        var own = new List<VcpuLane>();
        foreach (var lane in lanes.Where(l => l.IsVcpu).OrderBy(l => l.Tid))
        {
            if (lane.Tid < 0 || lane.Vcpu is not { } number) return [];
            if (number == 0 && own.Count > 0)
            {
                guests.Add(new Guest(null, null, own));
                own = [];
            }

            if (number != own.Count || (own.Count > 0 && lane.Tid - own[^1].Tid > WidestGap)) return [];
            own.Add(lane);
        }

        if (own.Count > 0) guests.Add(new Guest(null, null, own));
        return guests;
    }

    /// <summary>QEMU's <c>-name guest=web1,…</c> or <c>-name web1</c>.</summary>
    private static string? NameOf(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i + 1 < arguments.Count; i++)
        {
            if (arguments[i] is not ("-name" or "--name")) continue;
            var first = arguments[i + 1].Split(',')[0];
            return first.StartsWith("guest=", StringComparison.Ordinal) ? first["guest=".Length..] : first;
        }

        return null;
    }
}
