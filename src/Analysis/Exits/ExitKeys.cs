using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Exits;

/// <summary>Something exits can be grouped by: a number of a trip, and how it is printed.</summary>
/// <param name="Name">As in <c>--by</c>.</param>
/// <param name="Value">The trip's value; null where it has none of the kind.</param>
/// <param name="Print">The value in words.</param>
public sealed record ExitKey(string Name, Func<VcpuLane, HostTrip, ulong?> Value, Func<ulong, TraceRun, string> Print);

/// <summary>The visible list of keys for <c>ktl exits --by</c>.</summary>
public static class ExitKeys
{
    private static readonly ExitKey[] All =
    [
        new("reason", (_, trip) => trip.HasReason ? ((ulong)trip.Isa << 32) | trip.Reason : ExitReasons.NoReason, (v, _) => ExitReasons.NameOf(v)),
        new("rip", (_, trip) => trip.HasReason ? trip.Rip : null, (v, run) => run.GuestSymbols.NameOf(v) is { } name ? $"{Numbers.Hex(v)} {name}" : Numbers.Hex(v)),
        Detail("port", TripDetail.Port),
        Detail("msr", TripDetail.Msr),
        new("gpa", (_, trip) => trip.Detail == TripDetail.Gpa ? trip.DetailValue & ~0xfffUL : null, (v, _) => Numbers.Hex(v)),
        Detail("cr", TripDetail.Cr),
        Detail("cpuid", TripDetail.CpuidLeaf),
        Detail("hypercall", TripDetail.Hypercall),
        new("vcpu", (lane, _) => lane.Vcpu is { } n ? (ulong)n : null, (v, _) => v.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        new("tid", (lane, _) => (ulong)lane.Tid, (v, _) => ((int)v).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        new("level", (_, trip) => (ulong)LevelOf(trip), (v, _) => ((ExitHandling)v) switch
        {
            ExitHandling.L1 => "L1",
            ExitHandling.L2Reflected => "L2, reflected to L1",
            ExitHandling.L2User => "L2, to user space",
            ExitHandling.L2InL0 => "L2, handled in L0",
            ExitHandling.L1User => "L1, to user space",
            _ => "not nested yet",
        }),
    ];

    public static IEnumerable<string> Names => All.Select(k => k.Name);

    public static bool TryGet(string name, out ExitKey key)
    {
        key = Array.Find(All, k => k.Name == name)!;
        return key is not null;
    }

    private enum ExitHandling : ulong
    {
        Unknown,
        L1,
        L1User,
        L2InL0,
        L2Reflected,
        L2User,
    }

    private static ExitHandling LevelOf(HostTrip trip) => trip.Level switch
    {
        GuestLevel.L2 when trip.Reflected => ExitHandling.L2Reflected,
        GuestLevel.L2 when trip.UserspaceReason >= 0 => ExitHandling.L2User,
        GuestLevel.L2 => ExitHandling.L2InL0,
        GuestLevel.L1 => trip.UserspaceReason >= 0 ? ExitHandling.L1User : ExitHandling.L1,
        _ => ExitHandling.Unknown,
    };

    private static ExitKey Detail(string name, TripDetail detail) => new(
        name,
        (_, trip) => trip.Detail == detail ? (trip.DetailValue << 1) | (trip.DetailIsWrite ? 1UL : 0) : null,
        (v, _) => $"{Numbers.Hex(v >> 1)}{Direction(detail, (v & 1) != 0)}");

    /// <summary>perf's way: <c>0x608:PIN</c>, <c>0x608:POUT</c>; MSRs and CRs R or W.</summary>
    private static string Direction(TripDetail detail, bool write) => detail switch
    {
        TripDetail.Port => write ? ":POUT" : ":PIN",
        TripDetail.Msr or TripDetail.Cr => write ? ":W" : ":R",
        _ => "",
    };
}
