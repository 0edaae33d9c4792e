namespace KvmTraceLab.Replay.Faults;

/// <summary>Faults of one thread and level by what became of them.</summary>
/// <param name="Lane">The thread.</param>
/// <param name="Level">Whose faults.</param>
/// <param name="Counts">Faults by <see cref="FaultOutcome"/>.</param>
public sealed record OutcomeCounts(VcpuLane Lane, GuestLevel Level, IReadOnlyList<long> Counts)
{
    /// <summary>Below this number of faults nobody is called stuck.</summary>
    private const int Enough = 50;

    public long this[FaultOutcome outcome] => Counts[(int)outcome];

    public long Faults => Counts.Sum();

    /// <summary>Faults of which the end is known.</summary>
    public long Known => Faults - this[FaultOutcome.Unknown];

    public long Handled => Known - this[FaultOutcome.Retried];

    /// <summary>Share of the known ones after which the guest need not try again; null where none is known.</summary>
    public double? HandledShare => Known == 0 ? null : (double)Handled / Known;

    /// <summary>The rule of thumb of KVM's developers: pf_taken / 5 &gt; pf_emulate + pf_fixed + pf_spurious.</summary>
    public bool IsStuck => Known >= Enough && Known > Handled * 5;
}
