using KvmTraceLab.Mmu;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Tests.Replay;

/// <summary>What a walk of L1's tables and an injection teach, and how an L2 fault is read with what is known.</summary>
public sealed class NestedReadingTests
{
    private const uint Violation = 48, Misconfig = 49;

    private readonly LaneFaults _lane = new(new VcpuLane(1, 0));

    private static ReplayConfig Config(KvmKernel? kernel) => new(new ReplayOptions { Intel = true, Kernel = kernel });

    /// <summary>A closed group; entries from the top level down to level 1.</summary>
    private static FaultGroup Group(ulong code, ulong[] walk, uint reason = 0, ulong info = 0, int sets = 0)
    {
        var group = new FaultGroup
        {
            Access = new FaultAccess(FaultMode.Ept, code, false), Gpa = 0x12000, Walked = walk.Length > 0, ElementCount = walk.Length,
            Injections = reason == 0 ? 0 : 1, InjectReason = reason, InjectInfo1 = info, Sets = sets,
        };
        for (var i = 0; i < walk.Length; i++) group.Elements[i] = new WalkElementSeen(walk[i], walk.Length - i);
        return group;
    }

    /// <summary>XU without XS, or XS without XU below entries that all have XU: nobody writes that who does not use MBEC.</summary>
    [Theory]
    [InlineData(false, "7 7 7 37")]
    [InlineData(false, "407 407 407 437")]
    [InlineData(true, "407 407 407 433")]
    [InlineData(true, "7 403 7 37")]
    [InlineData(true, "407 407 407 37")]
    [InlineData(false, "407 407 7 37")]
    [InlineData(false, "407 7 407 37")]
    [InlineData(false, "407 7 407 407")]
    [InlineData(false, "407 407 407 31")]
    [InlineData(false, "37")]
    [InlineData(true, "433")]
    public void Entries_show_that_L1_uses_MBEC(bool mbec, string walk)
    {
        var entries = Array.ConvertAll(walk.Split(' '), w => Convert.ToUInt64(w, 16));
        foreach (var (kernel, mode, expected) in new[]
        {
            ((KvmKernel?)null, FaultMode.Ept, mbec), (KvmKernel.V72, FaultMode.Ept, mbec), (KvmKernel.V71, FaultMode.Ept, false), (null, FaultMode.Npt, false),
        })
        {
            var config = Config(kernel);
            var nested = new NestedReading(config);
            var group = Group(0x181, entries);
            group.Access = new FaultAccess(mode, 0x181, false);
            nested.Learn(_lane, group);
            nested.Learn(_lane, Group(0x181, [7, 7, 7, 0x37]));
            Assert.Equal(expected, nested.MbecSeen);
            if (kernel == KvmKernel.V72)
            {
                Assert.Equal(mbec ? true : null, config.Mbec);
                Assert.Equal(mbec ? "EPT12 entries or injected qualifications use XU, which L1 can only do where MBEC is offered"
                    : "nothing in the trace tells; both are allowed for", config.MbecValue.Evidence);
            }
        }
    }

    [Theory]
    [InlineData(Violation, 0x1c1, true, true)]
    [InlineData(0x80000000 | Violation, 0x1c1, true, true)]
    [InlineData(Violation, 0x381, false, true)]
    [InlineData(Violation, 0x981, false, true)]
    [InlineData(Violation, 0x1bf, false, false)]
    [InlineData(Misconfig, 0xfff, false, false)]
    [InlineData(0u, 0xfff, false, false)]
    public void An_injected_qualification_shows_MBEC_and_the_generation(uint reason, ulong info, bool mbec, bool v72)
    {
        var config = Config(null);
        var nested = new NestedReading(config);
        nested.Learn(_lane, Group(0x181, [7, 7, 7, 0], reason, info));
        Assert.Equal((mbec, v72), (nested.MbecSeen, config.KernelKnown));
        Assert.Equal(v72 ? KvmKernel.V72 : KvmKernel.V61, config.Kernel);
    }

    [Theory]
    [InlineData(4, 0, 1, null, true)]
    [InlineData(4, 0, 1, false, true)]
    [InlineData(4, 0, 1, true, false)]
    [InlineData(4, 0, 0, null, false)]
    [InlineData(4, 48, 1, null, false)]
    [InlineData(5, 0, 1, null, false)]
    [InlineData(0x404, 0, 1, null, true)]
    public void An_execute_only_entry_that_is_mapped(int leaf, int reason, int sets, bool? feature, bool seen)
    {
        var config = Config(KvmKernel.V72);
        _lane.FeatureRole12 = feature;
        new NestedReading(config).Learn(_lane, Group(0x184, [7, 7, 7, (ulong)leaf], (uint)reason, 0x184, sets));
        Assert.Equal(seen, config.ExecOnlySeen);
    }

    [Fact]
    public void Without_a_walk_nothing_is_learnt_or_answered()
    {
        var config = Config(KvmKernel.V72);
        var nested = new NestedReading(config);
        var group = Group(0x184, [], sets: 1);
        nested.Learn(_lane, group);
        Assert.Equal((false, false), (config.ExecOnlySeen, nested.MbecSeen));
        Assert.Null(nested.Answer(_lane, group));
        Assert.Null(new NestedReading(Config(null)).Answer(_lane, group));
    }

    // A user's fetch (bits 2, 9; 8:7 translated) of a page with XS and no XU: MBEC alone denies it.
    private const ulong UserFetch = 0x784;
    private static readonly ulong[] SupervisorOnly = [0x407, 0x407, 0x407, 0x37];

    [Theory]
    [InlineData(KvmKernel.V61, null, 0, NestedOutcome.Ok, 0x1ff, false)]
    [InlineData(KvmKernel.V71, true, 0, NestedOutcome.Ok, 0x1ff, false)]
    [InlineData(KvmKernel.V72, false, 0, NestedOutcome.Ok, 0x1ff, false)]
    [InlineData(KvmKernel.V72, true, 0, NestedOutcome.Violation, 0xfff, true)]
    [InlineData(KvmKernel.V72, null, 0, NestedOutcome.Ok, 0x1bf, null)]
    [InlineData(KvmKernel.V72, null, 48, NestedOutcome.Violation, 0xfbf, null)]
    public void What_is_known_of_MBEC_decides_else_what_fits(KvmKernel kernel, bool? feature, int reason, NestedOutcome outcome, int mask, bool? mbec12)
    {
        var nested = new NestedReading(Config(kernel));
        _lane.FeatureRole12 = feature;
        var group = Group(UserFetch, SupervisorOnly, (uint)reason, 0x7bc);
        var answer = nested.Answer(_lane, group)!;
        Assert.Equal((outcome, (ulong)mask, mbec12), (answer.Outcome, answer.Mask, group.Mbec12));
        Assert.Equal((true, true), (answer.Complete, answer.Present));
    }

    /// <summary>Both readings deny: nothing is to be chosen. Bits 11:9 count once one injection had them.</summary>
    [Fact]
    public void Advanced_information_counts_once_it_was_seen()
    {
        var nested = new NestedReading(Config(KvmKernel.V72));
        ulong[] readOnly = [7, 7, 7, 0x31];
        Assert.Equal(0x1bfUL, nested.Answer(_lane, Group(0x18a, readOnly, Violation, 0x18a))!.Mask);
        nested.Learn(_lane, Group(0x18a, readOnly, Violation, 0x18a));
        Assert.Equal(0x1bfUL, nested.Answer(_lane, Group(0x18a, readOnly, Violation, 0x18a))!.Mask);
        nested.Learn(_lane, Group(0x18a, readOnly, Violation, 0x38a));
        Assert.Equal(0xfbfUL, nested.Answer(_lane, Group(0x18a, readOnly, Violation, 0x18a))!.Mask);
        _lane.FeatureRole12 = false;
        Assert.Equal(0xfffUL, nested.Answer(_lane, Group(0x18a, readOnly, Violation, 0x18a))!.Mask);
    }

    [Fact]
    public void Seen_once_MBEC_holds_for_all_unless_a_role_says_otherwise()
    {
        var nested = new NestedReading(Config(KvmKernel.V72));
        nested.Learn(_lane, Group(UserFetch, SupervisorOnly));
        var group = Group(UserFetch, SupervisorOnly);
        Assert.Equal(NestedOutcome.Violation, nested.Answer(_lane, group)!.Outcome);
        Assert.True(group.Mbec12);
        _lane.FeatureRole12 = false;
        Assert.Equal(NestedOutcome.Ok, nested.Answer(_lane, group)!.Outcome);
        Assert.False(group.Mbec12);
    }

    /// <summary>L1 runs one L2 with MBEC and one without: the tables walked tell, not the frame that the leaf maps, nor a table that both use.</summary>
    [Fact]
    public void Each_tree_of_EPT12_has_its_MBEC()
    {
        var nested = new NestedReading(Config(KvmKernel.V72));
        nested.SeePage(0x100, true);
        Assert.Null(Of(0x100007));
        _lane.FeatureRole12 = true;
        Assert.True(Of(0x300007));
        nested.SeePage(0x200, false);
        Assert.Equal((true, false, null), (Of(0x100007), Of(0x200007), Of(0x300007)));
        nested.SeePage(0x100, false);
        Assert.Null(Of(0x100007));

        bool? Of(ulong top) => nested.UsesMbec(_lane, Group(0x181, [top, 7, 7, 0x100037]));
    }

    /// <summary>65 536 shadow pages are known; with one more the others are forgotten.</summary>
    [Theory]
    [InlineData(65_534, true)]
    [InlineData(65_535, null)]
    public void Shadow_pages_are_bounded(int others, bool? mbec)
    {
        var nested = new NestedReading(Config(KvmKernel.V72));
        nested.SeePage(0x100, true);
        for (var i = 0; i < others; i++) nested.SeePage(0x1000UL + (ulong)i, false);
        nested.SeePage(0x100_0000, false);
        Assert.Equal(mbec, nested.UsesMbec(_lane, Group(0x181, [0x100007, 7, 7, 0x37])));
    }

    /// <summary>65 536 trees are known to use MBEC, and no more.</summary>
    [Fact]
    public void Trees_are_bounded()
    {
        var nested = new NestedReading(Config(KvmKernel.V72));
        for (var i = 1UL; i <= 65_537; i++) nested.Learn(_lane, Group(0x181, Tree(i)));
        Assert.Equal((true, true, null), (Uses(1), Uses(65_536), Uses(65_537)));

        bool? Uses(ulong tree) => nested.UsesMbec(_lane, Group(0x181, Tree(tree)));

        static ulong[] Tree(ulong number) => [number << 12 | 0x403, 7, 7, 0x37];
    }

    /// <summary>The generation is unknown: what KVM did chooses the reading, and the oldest stands where none fits.</summary>
    [Theory]
    [InlineData(0, 0, NestedOutcome.Ok, 0x1ff)]
    [InlineData(48, 0x7bc, NestedOutcome.Violation, 0xfff)]
    [InlineData(48, 0x002, NestedOutcome.Ok, 0x1ff)]
    public void Any_generation(int reason, int info, NestedOutcome outcome, int mask)
    {
        var answer = new NestedReading(Config(null)).Answer(_lane, Group(UserFetch, SupervisorOnly, (uint)reason, (ulong)info))!;
        Assert.Equal((outcome, (ulong)mask), (answer.Outcome, answer.Mask));
    }

    /// <summary>NPT: bit 20 of the role of L1's tables is GMET, which 7.2 alone has; then a supervisor may not fetch from user pages.</summary>
    [Theory]
    [InlineData(KvmKernel.V72, true, NestedOutcome.Violation)]
    [InlineData(KvmKernel.V72, false, NestedOutcome.Ok)]
    [InlineData(KvmKernel.V72, null, NestedOutcome.Ok)]
    [InlineData(KvmKernel.V71, true, NestedOutcome.Ok)]
    public void GMET_of_L1(KvmKernel kernel, bool? feature, NestedOutcome outcome)
    {
        _lane.FeatureRole12 = feature;
        var group = Group(0x1_0000_0011, [0x27, 0x27, 0x27, 0x67]);
        group.Access = new FaultAccess(FaultMode.Npt, 0x1_0000_0011, feature == true);
        Assert.Equal(outcome, new NestedReading(new ReplayConfig(new ReplayOptions { Intel = false, Kernel = kernel })).Answer(_lane, group)!.Outcome);
    }

    /// <summary>Walked without entries, or entries without a walk of the address: no answer.</summary>
    [Fact]
    public void Tables_need_a_walk_and_its_entries()
    {
        var tables = new NestedTables(Config(KvmKernel.V72));
        var group = Group(0x181, [7, 7, 7, 0x37]);
        Assert.NotNull(tables.Answer(group, mbec12: false, gmet12: false));
        group.Walked = false;
        Assert.Null(tables.Answer(group, mbec12: false, gmet12: false));
        (group.Walked, group.ElementCount) = (true, 0);
        Assert.Null(tables.Answer(group, mbec12: false, gmet12: false));
    }

    /// <summary>NPT12, from the top level down: outcome, whether it is present, the AND of the entries with NX as OR, and what is due.</summary>
    [Theory]
    [InlineData(0x1_0000_0004, "27 27 27 67", NestedOutcome.Ok, true, 0x27, 0)]
    [InlineData(0x1_0000_0006, "27 27 27 65", NestedOutcome.Violation, true, 0x25, 0x1_0000_0007)]
    [InlineData(0x1_0000_0006, "25 27 27 67", NestedOutcome.Violation, true, 0x25, 0x1_0000_0007)]
    [InlineData(0x1_0000_0004, "27 0", NestedOutcome.Violation, false, 0, 0x1_0000_0004)]
    [InlineData(0x1_0000_0014, "27 8000000000000027 27 67", NestedOutcome.Violation, true, 0x8000_0000_0000_0027, 0x1_0000_0015)]
    [InlineData(0x1_0000_0004, "27 8000000000000027 27 67", NestedOutcome.Ok, true, 0x8000_0000_0000_0027, 0)]
    [InlineData(0x2_0000_0006, "27 27 27 65", NestedOutcome.Violation, true, 0x25, 0x2_0000_0007)]
    [InlineData(0x1_0000_0004, "a7", NestedOutcome.Violation, true, 0xa7, 0x1_0000_000d)]
    [InlineData(0x1_0000_0004, "27 a7 27 27 67", NestedOutcome.Violation, true, 0x27, 0x1_0000_000d)]
    [InlineData(0x1_0000_0004, "27 27 27 27 67", NestedOutcome.Ok, true, 0x27, 0)]
    [InlineData(0x1_0000_0004, "27 27 e7", NestedOutcome.Ok, true, 0x27, 0)]
    [InlineData(0x1_0000_0000, "27 27 27 63", NestedOutcome.Violation, true, 0x23, 0x1_0000_0001)]
    public void What_NPT12_says(ulong code, string walk, NestedOutcome outcome, bool present, ulong effective, ulong info)
    {
        var entries = Array.ConvertAll(walk.Split(' '), w => Convert.ToUInt64(w, 16));
        var group = Group(code, entries);
        group.Access = new FaultAccess(FaultMode.Npt, code, false);
        var top = entries.Length == 5 ? 5 : 4;
        for (var i = 0; i < entries.Length; i++) group.Elements[i] = new WalkElementSeen(entries[i], top - i);
        var answer = new NestedTables(new ReplayConfig(new ReplayOptions { Intel = false, Kernel = KvmKernel.V61 })).Answer(group, mbec12: false, gmet12: false)!;
        Assert.Equal((outcome, present, effective, 0x3_0000_000fUL, true), (answer.Outcome, answer.Present, answer.Effective, answer.Mask, answer.Complete));
        // U of a walk without GMET is always a user's; whether I/D is given is not compared.
        Assert.Equal(info & 0x3_0000_000b, answer.Info & 0x3_0000_000b);
    }

    [Fact]
    public void A_walk_that_stops_short_is_not_complete()
    {
        var tables = new NestedTables(Config(KvmKernel.V72));
        var group = Group(0x181, [7, 7, 7, 0x37]);
        group.ElementCount = 2;
        var answer = tables.Answer(group, mbec12: false, gmet12: false)!;
        Assert.Equal((false, true, NestedOutcome.Ok), (answer.Complete, answer.Present, answer.Outcome));
    }

    /// <summary>What the last fault's walk and injection left behind is not this one's.</summary>
    [Fact]
    public void Only_this_faults_entries_and_injection_count()
    {
        var config = Config(null);
        var nested = new NestedReading(config);
        var group = Group(0x181, [7, 7, 7, 0x37]);
        group.Elements[4] = new WalkElementSeen(0x403, 1);
        (group.InjectReason, group.InjectInfo1) = (Violation, 0xfc1);
        nested.Learn(_lane, group);
        Assert.Equal((false, false), (nested.MbecSeen, config.KernelKnown));
    }

    /// <summary>XU alone is present to MBEC alone: the one generation that lets the fetch pass is the one that did not reflect it.</summary>
    [Fact]
    public void Any_generation_that_fits_what_was_not_reflected()
    {
        var answer = new NestedReading(Config(null)).Answer(_lane, Group(UserFetch, [0x407, 0x407, 0x407, 0x430]))!;
        Assert.Equal((NestedOutcome.Ok, 0xfffUL), (answer.Outcome, answer.Mask));
    }
}
