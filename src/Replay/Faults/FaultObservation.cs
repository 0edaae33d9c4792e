using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Replay.Faults;

/// <summary>What one fault of a bug showed: what hypotheses are held against. A copy that outlives the fault.</summary>
public sealed record FaultObservation
{
    public required FaultAccess Access { get; init; }

    /// <summary>Judged by L2's SPTEs and L1's nested tables.</summary>
    public required bool IsShadowed { get; init; }

    public required SpteLayout Layout { get; init; }

    public required bool? Mbec { get; init; }

    public required bool? Mbec12 { get; init; }

    /// <summary>kvm_mmu_spte_requested was seen, with this level and frame number.</summary>
    public required bool Requested { get; init; }

    public required int RequestedLevel { get; init; }

    public required ulong RequestedPfn { get; init; }

    /// <summary>fast_page_fault said fixed; its old and new SPTE are the same but for A and D.</summary>
    public required bool FastFixed { get; init; }

    public required bool FastUnchanged { get; init; }

    /// <summary>fast_page_fault called it spurious.</summary>
    public required bool FastSpurious { get; init; }

    /// <summary>The mapping made was taken away again in the same fault.</summary>
    public required bool ZappedAfter { get; init; }

    /// <summary>L2 got #PF.</summary>
    public required bool InjectedPf { get; init; }

    /// <summary>An SPTE of the frame was set or changed.</summary>
    public required bool Wrote { get; init; }

    public required int Sets { get; init; }

    public required Spte? Old { get; init; }

    public required Spte? Result { get; init; }

    public required int ResultLevel { get; init; }

    public required bool ResultAllows { get; init; }

    /// <summary>L1's answer by its entries; meaningful if <see cref="IsShadowed"/>.</summary>
    public required NestedOutcome L1Outcome { get; init; }

    public required bool L1Present { get; init; }

    public required ulong L1Effective { get; init; }

    public required ulong L1Leaf { get; init; }

    public required ulong ExpectedInfo { get; init; }

    public required ulong InfoMask { get; init; }

    public required bool Injected { get; init; }

    public required uint InjectReason { get; init; }

    public required ulong InjectInfo1 { get; init; }

    public required ulong InjectInfo2 { get; init; }

    public required ulong Gpa { get; init; }

    public required bool WalkError { get; init; }

    public required uint WalkPferr { get; init; }

    public required uint WalkErrorPferr { get; init; }

    /// <summary>The SPTE was found narrower than last seen.</summary>
    public required bool Widened { get; init; }

    /// <summary>The SPTE allowed the access all along.</summary>
    public required bool Granted { get; init; }

    internal static FaultObservation Of(FaultContext c, Unresolved unresolved)
    {
        var g = c.Group;
        return new FaultObservation
        {
            Access = g.Access, IsShadowed = c.IsShadowed, Layout = c.Layout, Mbec = c.Config.Mbec, Mbec12 = g.Mbec12,
            Requested = g.Requested, RequestedLevel = g.RequestedLevel, RequestedPfn = g.RequestedPfn,
            FastFixed = g.FastFixed, FastSpurious = g.FastSpurious, ZappedAfter = g.ZappedAfter, InjectedPf = g.InjectedPf,
            FastUnchanged = new Spte(g.FastOld, c.Layout).WithoutAccessedDirty == new Spte(g.FastNew, c.Layout).WithoutAccessedDirty,
            Wrote = c.Wrote, Sets = g.Sets, Old = c.Old, Result = c.Result, ResultLevel = c.ResultLevel, ResultAllows = c.ResultAllows,
            L1Outcome = c.Nested?.Outcome ?? NestedOutcome.Ok, L1Present = c.Nested?.Present ?? false, L1Effective = c.Nested?.Effective ?? 0,
            L1Leaf = g.ElementCount > 0 ? g.Elements[g.ElementCount - 1].Pte : 0,
            ExpectedInfo = c.Nested?.Info ?? 0, InfoMask = c.Nested?.Mask ?? 0,
            Injected = g.Injections > 0, InjectReason = g.InjectReason, InjectInfo1 = g.InjectInfo1, InjectInfo2 = g.InjectInfo2, Gpa = g.Gpa,
            WalkError = g.WalkError, WalkPferr = g.WalkPferr, WalkErrorPferr = g.WalkErrorPferr,
            Widened = unresolved is Unresolved.Widened or Unresolved.Regranted, Granted = unresolved == Unresolved.Granted,
        };
    }
}
