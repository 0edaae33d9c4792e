using KvmTraceLab.Mmu.Architecture;

namespace KvmTraceLab.Tests.Replay.Simulation;

/// <summary>
/// The processor and the SPTE format of a simulated host. What hardware does comes from the architectural twin; the
/// SPTE bits are written out here, so that none of the tables under test takes part.
/// </summary>
internal sealed class SimHost(string name)
{
    public string Name => name;

    public bool Intel { get; } = name.StartsWith("intel", StringComparison.Ordinal);

    public bool Gmet { get; } = name.EndsWith("gmet", StringComparison.Ordinal);

    /// <summary>L1 uses MBEC for L2.</summary>
    public bool Mbec12 { get; } = name == "intel72";

    public bool V72 { get; } = !name.Contains("61", StringComparison.Ordinal);

    public ulong Empty => V72 ? 1UL << 63 : 0;

    private ulong HostWritable => Intel ? 1UL << 53 : 1UL << 9;

    private ulong MmuWritable => Intel ? 1UL << 55 : 1UL << 10;

    public ulong Spte(ulong pfn, bool w, bool mmuW, bool hostW, bool xs, bool xu, bool huge, bool adOff = false, bool read = true)
    {
        var spte = pfn << 12 | 1UL << 11 | (huge ? 0x80UL : 0) | (w ? 2UL : 0) | (hostW ? HostWritable : 0) | (mmuW ? MmuWritable : 0) | (read ? 1UL : 0);
        if (Intel) return spte | 1UL << 63 | 0x30 | (xs ? 4UL : 0) | (xu ? 1UL << 10 : 0) | (adOff ? 1UL << 60 : 0x100UL) | (w ? 0x200UL : 0);
        return spte | 0x20 | (w ? 0x40UL : 0) | (Gmet ? 0 : 4UL) | (xs ? 0 : 1UL << 63);
    }

    public ulong NonLeaf(ulong table) => table << 12 | 0x807 | (Intel ? 1UL << 63 | 1UL << 10 : 0x20);

    /// <summary>The marker of a frame without memory.</summary>
    public ulong Mmio(ulong gfn) => gfn << 12 | (Intel ? 1UL << 63 | 6 : 1UL << 51 | 7);

    public bool IsPresent(ulong spte) => (spte >> 11 & 1) != 0;

    /// <summary>Whether hardware lets the access pass.</summary>
    public bool Passes(ulong entry, SimAccess a, bool mbec)
    {
        if (Intel) return EptHardware.Access(entry & 0x407, mbec, execOnly: true, a.Write, a.Fetch, a.User) == ArchitectureOutcome.Allowed;
        return NptHardware.Access((entry & 1) != 0, (entry & 2) != 0, (entry & 4) != 0, entry >> 63 != 0, hostNx: true, Gmet, a.Write, a.Fetch, a.User) == ArchitectureOutcome.Allowed;
    }

    /// <summary>Whether hardware finds the entry present at all.</summary>
    public bool Finds(ulong entry, bool mbec) => Intel ? EptHardware.IsPresent(entry & 0x407, mbec) : (entry & 1) != 0;

    /// <summary>The code of a fault: exit qualification or EXITINFO1.</summary>
    public ulong Code(ulong entry, SimAccess a, bool mbec)
    {
        if (Intel)
        {
            var q = EptHardware.Qualification(entry & 0x407, mbec, a.Write, a.Fetch, a.Table);
            return a.Table ? q : q | 0x400 | (a.User ? 0x200UL : 0);
        }

        return NptHardware.ExitInfo1((entry & 1) != 0, reserved: false, Gmet, a.Write, a.Fetch, a.User, a.Table);
    }
}
