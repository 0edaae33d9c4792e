namespace KvmTraceLab.Analysis.Signatures;

/// <summary>How often an MSR was read and written, and the last values.</summary>
public sealed class MsrFact
{
    public long Reads { get; internal set; }

    public long Writes { get; internal set; }

    public ulong LastRead { get; internal set; }

    public ulong LastWritten { get; internal set; }

    public long FirstTime { get; internal set; }

    public long LastTime { get; internal set; }
}

/// <summary>What CPUID told the guest for one leaf, the last time.</summary>
public sealed record CpuidFact(long Count, ulong Eax, ulong Ebx, ulong Ecx, ulong Edx);

/// <summary>How often an interrupt line was raised and lowered.</summary>
public sealed class LineFact
{
    public long Raised { get; internal set; }

    public long Lowered { get; internal set; }
}

/// <summary>What a whole trace says, as far as signatures ask; sizes are bounded whatever the trace.</summary>
public sealed class TraceFacts
{
    /// <summary>The clock counts events: how long anything took, and how often it came, nobody can say.</summary>
    public bool ClockCounts { get; internal set; }

    /// <summary>vCPU threads in order of appearance.</summary>
    public List<LaneFacts> Lanes { get; } = [];

    public Dictionary<ulong, MsrFact> Msrs { get; } = [];

    /// <summary>By leaf (function) and index, see <see cref="CpuidKey"/>.</summary>
    public Dictionary<ulong, CpuidFact> Cpuid { get; } = [];

    /// <summary>By gsi.</summary>
    public Dictionary<ulong, LineFact> Lines { get; } = [];

    /// <summary>Events with a mark, of all threads, by the mark's bit.</summary>
    internal long[] Marked { get; } = new long[64];

    /// <summary>Shadow (not direct) pages by gfn: bit 0 = seen with cr4_smep clear, bit 1 = with it set.</summary>
    public Dictionary<ulong, int> ShadowSmep { get; } = [];

    /// <summary>Frames that KVM_RUN failed for with EFAULT, in an excerpt without exits; else a vCPU's facts have them.</summary>
    public HashSet<ulong> RefusedFrames { get; } = [];

    /// <summary>Frames that got an SPTE, in an excerpt without exits.</summary>
    public HashSet<ulong> MappedFrames { get; } = [];

    /// <summary>Markers of lost events.</summary>
    public long Lost { get; internal set; }

    public long Exits
    {
        get
        {
            long exits = 0;
            foreach (var lane in Lanes) exits += lane.Exits;
            return exits;
        }
    }

    public long Of(TripMarks mark)
    {
        for (var bit = 0; bit < Marked.Length; bit++)
            if ((ulong)mark == 1UL << bit) return Marked[bit];
        return 0;
    }

    public MsrFact? Msr(uint number) => Msrs.GetValueOrDefault(number);

    public CpuidFact? Leaf(uint leaf, uint index = 0) => Cpuid.GetValueOrDefault(CpuidKey(leaf, index));

    internal static ulong CpuidKey(uint leaf, uint index) => (ulong)leaf << 32 | index;
}
