using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Replay.Hypotheses;

namespace KvmTraceLab.Tests.Replay;

/// <summary>
/// What each hypothesis makes of single faults, in the words of <see cref="FaultCase"/>: the fault it predicts, and the same
/// with one thing different. Every other hypothesis that also fits is named, so a row is the whole answer.
/// </summary>
public sealed class HypothesisTests
{
    /// <summary>Faults on L1's own SPTEs that end with a mapping that denies the access.</summary>
    [Theory]
    [InlineData("npt61 7 set=RXUmh", "spte-never-writable=1")]
    [InlineData("npt61 7 set=RXU", "spte-never-writable=0.8")]
    [InlineData("npt61 7 before=RXUmh", "stale-mmu-seq=1")]
    [InlineData("npt61 7 before=RXUmh asked", "spte-never-writable=1")]
    [InlineData("npt61 6 before=RXUmh asked", "")]
    [InlineData("npt61 6 set=RXUmh", "spte-never-writable=1")]
    [InlineData("npt61 7 asked", "spte-never-writable=0.8 cmpxchg-retry=0.4")]
    [InlineData("npt61 6 asked", "cmpxchg-retry=1")]
    [InlineData("npt61 6 asked before=0", "cmpxchg-retry=1")]
    [InlineData("npt61 7 set=RWXUmh", "")]
    [InlineData("npt61 7 fast=RXUmh>RXUmh fixed", "fast-path-not-written=1")]
    [InlineData("npt61 7 fast=RXUmh>RXUamh fixed", "fast-path-not-written=1")]
    [InlineData("npt61 7 fast=RXUmh>RWXUmh fixed", "")]
    [InlineData("npt61 7 fast=RXUmh>RXUmh", "stale-mmu-seq=1")]
    [InlineData("npt61 5 set=RXUmh", "")]
    [InlineData("npt61 7", "stale-mmu-seq=1")]
    [InlineData("npt61 7 set=RXUmh inject=400", "")]
    [InlineData("npt61 7 inject=400", "")]
    [InlineData("npt61 15 set=RUmh", "spte-never-executable=1")]
    [InlineData("npt61 15 before=RUmh asked", "spte-never-executable=1")]
    [InlineData("npt61 15 before=RUmh", "stale-mmu-seq=1")]
    [InlineData("npt61 15 asked", "spte-never-executable=0.8 cmpxchg-retry=0.4")]
    [InlineData("npt61 14 asked", "cmpxchg-retry=1")]
    [InlineData("npt61 15 set=RUmh inject=400", "")]
    [InlineData("npt61 15 set=RUmhl@2", "nx-huge-never-split=1")]
    [InlineData("npt61 15 before=RUmhl@2 asked", "")]
    [InlineData("npt61 15 set=RXUmhl@2", "")]
    [InlineData("npt61 5 set=Umhl@2", "spte-never-readable=1")]
    [InlineData("npt61 4 set=WXUmh", "spte-never-readable=1")]
    [InlineData("npt61 6 set=WXUmh", "spte-never-readable=1")]
    [InlineData("npt61 5 set=Rmh", "spte-never-readable=1")]
    [InlineData("ept72 181 set=XUmh", "spte-never-readable=1")]
    [InlineData("npt61 7 set=RWmh", "spte-never-readable=1")]
    [InlineData("npt61 7 before=RXUh", "emulation-skipped=1 stale-mmu-seq=0.4")]
    [InlineData("npt61 d", "emulation-skipped=1 stale-mmu-seq=0.4")]
    [InlineData("npt61 15 l1=ok:7 set=RUmhl@2", "")]
    [InlineData("npt61 15 set=RXUmh", "")]
    [InlineData("npt61 5 set=RUmh", "")]
    [InlineData("ept61 1b4 set=Rmh", "spte-never-executable=1")]
    [InlineData("ept72 1b4 set=Rmh", "spte-never-executable=1")]
    public void L1_is_left_denied(string fault, string fits) => Explains(fault, fits);

    [Theory]
    [InlineData("npt61 7 tdpmmu before=RWXUmh tdp=RXUmh>RWXUmh", "Widened", "spte-loses-permission=1")]
    [InlineData("npt61 7 tdpmmu before=RWXUmh tdp=RXUmh>RXUmh", "Widened", "spte-loses-permission=1")]
    [InlineData("npt61 7 before=RWXUmh", "Granted", "")]
    [InlineData("npt61 7 before=RXUmh", "Granted", "")]
    [InlineData("npt61 6 asked", "Granted", "")]
    public void It_had_been_granted(string fault, string unresolved, string fits) => Explains(fault, fits, Enum.Parse<Unresolved>(unresolved));

    /// <summary>XS and XU are set together on L1's SPTEs of 7.2, kept together when an SPTE is access-tracked, and no frozen SPTE has bit 10.</summary>
    [Theory]
    [InlineData("mbec 7bc set=RXmh", "xu-not-set=0.99")]
    [InlineData("mbec 7bc set=RXmht", "xu-missing-from-access-track=1 xu-not-set=0.99")]
    [InlineData("mbec 181 set=RXmht", "xu-missing-from-access-track=1")]
    [InlineData("mbec 181 set=RXmh", "")]
    [InlineData("mbec 181 set=RXUmht", "")]
    [InlineData("mbec 181 set=RUmht", "")]
    [InlineData("mbec 7bc pferr=14 mbec12=on l1=ok:407 set=RXmht", "xu-not-set=1")]
    [InlineData("mbec 5bc set=RUmh", "xs-not-set=1")]
    [InlineData("mbec 581 set=RUmh", "")]
    [InlineData("mbec 5bc mbec12=on l1=ok:407 set=RUmh", "xs-not-set=1")]
    [InlineData("mbec 58c mbec12=on l1=ok:5 set=Rmh", "spte-never-executable=1 xs-not-set=0.99")]
    [InlineData("mbec 58c mbec12=on l1=ok:405 set=Rmh", "spte-never-executable=1")]
    [InlineData("mbec 584 mbec12=on l1=ok:400 incomplete set=RUmh", "")]
    [InlineData("mbec 784 pferr=14 mbec12=on l1=ok:4 incomplete set=RXmh", "xu-ignored-for-user-fetch=1")]
    [InlineData("mbec 5bc mbec12=off l1=ok:7 set=RUmh", "")]
    [InlineData("mbec 7bc pferr=14 mbec12=on l1=ok:407 set=RUmh", "")]
    [InlineData("mbec 7bc pferr=14 mbec12=on l1=ok:407 set=RXmh", "xu-not-set=1")]
    [InlineData("mbec 7a4 pferr=14 mbec12=on l1=ok:404 asked set=Xmh", "xu-not-set=1")]
    [InlineData("mbec 78c pferr=14 mbec12=on l1=ok:401 asked set=Rmh", "spte-never-executable=1 xu-not-set=0.99")]
    [InlineData("mbec 78c pferr=14 mbec12=on l1=ok:405 asked set=Rmh", "spte-never-executable=1")]
    [InlineData("mbec 7bc pferr=14 mbec12=off l1=ok:407 set=RXmh", "mbec-left-on-in-vmcs02=1")]
    [InlineData("mbec 5bc mbec12=on l1=ok:407 set=RXmh", "")]
    [InlineData("mbec 7bc pferr=14 mbec12=on l1=ok:407 set=RXmh inject=30:7bc", "allowed-reflected=0.6")]
    [InlineData("ept61 184 set=RXmh", "")]
    [InlineData("ept61 184 set=RXmht", "")]
    [InlineData("mbec 7bc set=RXUmh", "")]
    [InlineData("mbec 7bc set=Rmh", "spte-never-executable=1")]
    [InlineData("gmet 11 set=RXUmh", "root-access-not-propagated=1")]
    [InlineData("gmet 15 set=RXUmh", "")]
    [InlineData("gmet 11 set=RXmh", "")]
    [InlineData("gmet 11 l1=ok:7 set=RXUmh", "")]
    [InlineData("shadow 11 set=RXUmh", "")]
    public void Execute_for_one_side_alone(string fault, string fits) => Explains(fault, fits);

    /// <summary>The value is the one of 7.2 with bit 10, which the layout of 7.2 no longer calls frozen.</summary>
    [Fact]
    public void A_frozen_SPTE_with_bit_10()
    {
        var seen = FaultObservation.Of(FaultCase.Of("mbec 7bc asked").Context(), Unresolved.Nothing);
        var frozen = new KvmTraceLab.Mmu.Entries.Spte(0x8000_0000_0000_05a0, seen.Layout);
        var other = new KvmTraceLab.Mmu.Entries.Spte(0x8000_0000_0000_01a0, seen.Layout);
        var legacy = FaultCase.Of("ept71 7bc").Context().Layout;
        var hypothesis = HypothesisList.All.Single(h => h.Id == "frozen-spte-with-bit-10");
        Assert.Equal([1.0, 1.0, 0.0, 0.0, 0.0, 0.0], new[]
        {
            seen with { Result = frozen }, seen with { Old = frozen }, seen, seen with { Old = other, Result = other },
            seen with { Layout = legacy, Result = frozen }, seen with { Layout = legacy, Old = frozen },
        }.Select(hypothesis.Explains));
    }

    /// <summary>L1's tables deny it, and KVM maps it or does nothing.</summary>
    [Theory]
    [InlineData("ept72 18a l1=violation:405 error=2", "violation-swallowed=1")]
    [InlineData("ept72 18a l1=misconfig:406 error=2", "violation-swallowed=1")]
    [InlineData("ept72 18a l1=violation:405", "violation-swallowed=0.4")]
    [InlineData("ept72 18a l1=violation:405 asked set=RWXUmh", "grants-write-l1-lacks=1 violation-swallowed=0.4")]
    [InlineData("ept72 18a l1=violation:405 asked", "grants-write-l1-lacks=1 violation-swallowed=0.4")]
    [InlineData("ept72 18a l1=violation:405 asked error=2", "violation-swallowed=1")]
    [InlineData("ept72 181 l1=ok:405 asked set=RWXUmh", "grants-write-l1-lacks=1")]
    [InlineData("ept72 181 l1=ok:405 asked set=RXUmh", "")]
    [InlineData("ept72 181 l1=ok:407 asked set=RWXUmh", "")]
    [InlineData("ept72 181 l1=ok:405 set=RWXUmh", "")]
    [InlineData("ept72 18a asked set=RWXUmh", "")]
    [InlineData("nombec 184 l1=violation:3 asked", "grants-exec-l1-lacks=0.95 violation-swallowed=0.4")]
    [InlineData("nombec 184 l1=violation:3", "violation-swallowed=0.4")]
    [InlineData("nombec 184 l1=violation:3 asked error=10", "violation-swallowed=1")]
    [InlineData("nombec 184 l1=violation:7 asked", "violation-swallowed=0.4")]
    [InlineData("nombec 184 asked set=RXmh", "xu-not-set=0.99")]
    [InlineData("nombec 181 l1=violation:2 asked", "violation-swallowed=0.4")]
    [InlineData("npt61 14 l1=violation:8000000000000007 asked", "grants-exec-l1-lacks=0.95 violation-swallowed=0.4")]
    [InlineData("npt61 4 l1=ok:8000000000000007 asked set=RXUmh", "grants-exec-l1-lacks=0.95")]
    [InlineData("npt61 4 l1=ok:8000000000000007 asked set=RUmh", "")]
    [InlineData("npt61 14 l1=violation:3 asked", "violation-swallowed=0.4")]
    [InlineData("mbec 7bc mbec12=on l1=violation:7 pferr=14", "xu-ignored-for-user-fetch=1 violation-swallowed=0.4")]
    [InlineData("mbec 7bc mbec12=on l1=violation:7 pferr=10", "user-page-bit-ignored=1 violation-swallowed=0.4")]
    [InlineData("mbec 5bc mbec12=on l1=violation:7 pferr=10", "violation-swallowed=0.4")]
    [InlineData("mbec 5bc mbec12=on l1=violation:7 pferr=14", "violation-swallowed=0.4")]
    [InlineData("mbec 799 mbec12=on l1=violation:7 pferr=0", "violation-swallowed=0.4")]
    [InlineData("mbec 7bc mbec12=on l1=violation:407 pferr=14", "violation-swallowed=0.4")]
    [InlineData("mbec 7bc mbec12=on l1=violation:3 pferr=14", "violation-swallowed=0.4")]
    [InlineData("mbec 7dc mbec12=off l1=violation:7 pferr=14", "violation-swallowed=0.4")]
    [InlineData("mbec 7bc pferr=10", "stale-mmu-seq=1")]
    [InlineData("mbec 784 mbec12=on l1=violation:4 pferr=14 asked", "xu-ignored-for-user-fetch=1 grants-exec-l1-lacks=0.95 violation-swallowed=0.4")]
    [InlineData("mbec 784 mbec12=on l1=violation:400 pferr=14 asked", "violation-swallowed=0.4")]
    [InlineData("mbec 784 mbec12=on l1=ok:400 pferr=14 asked set=XUmh", "grants-exec-l1-lacks=0.95")]
    [InlineData("mbec 784 mbec12=on l1=ok:400 pferr=14 asked set=Umh", "")]
    [InlineData("mbec 584 mbec12=on l1=violation:400 pferr=10", "xu-asked-for-supervisor-fetch=1 violation-swallowed=0.4")]
    [InlineData("mbec 584 mbec12=off l1=violation:400 pferr=10", "violation-swallowed=0.4")]
    [InlineData("mbec 584 mbec12=on l1=violation:0 pferr=10", "violation-swallowed=0.4")]
    [InlineData("gmet 15 l1=violation:7 pferr=10", "violation-swallowed=0.4")]
    public void L1_denies_it_and_hears_nothing(string fault, string fits) => Explains(fault, fits);

    /// <summary>L1 runs L2 without MBEC, and hardware asks for XU (bit 6 clear) where XS (bit 5) should do.</summary>
    [Theory]
    [InlineData("mbec 7bc mbec12=off l1=ok:7 pferr=14", "mbec-left-on-in-vmcs02=1")]
    [InlineData("mbec 7fc mbec12=off l1=ok:7 pferr=14", "")]
    [InlineData("mbec 79c mbec12=off l1=ok:7 pferr=14", "")]
    [InlineData("mbec 5bc mbec12=off l1=ok:7 pferr=14", "")]
    [InlineData("mbec 7b9 mbec12=off l1=ok:7 pferr=14", "")]
    [InlineData("mbec 7bc mbec12=on l1=ok:407 pferr=14", "")]
    [InlineData("mbec 7bc mbec12=off pferr=14", "")]
    [InlineData("mbec 7bc mbec12=off l1=ok:7 pferr=14 inject=30:7bc", "allowed-reflected=0.6")]
    public void MBEC_is_left_on(string fault, string fits) => Explains(fault, fits, Unresolved.Granted);

    /// <summary>L1 runs L2 with MBEC and grants XU alone; hardware that asks for XS has none (bit 5 clear).</summary>
    [Theory]
    [InlineData("mbec 784 mbec12=on l1=ok:400 pferr=14", "mbec-dropped-from-vmcs02=1")]
    [InlineData("mbec 78c mbec12=on l1=ok:401 pferr=14", "mbec-dropped-from-vmcs02=1")]
    [InlineData("mbec 7a4 mbec12=on l1=ok:400 pferr=14", "")]
    [InlineData("mbec 784 mbec12=on l1=ok:404 pferr=14", "")]
    [InlineData("mbec 784 mbec12=off l1=ok:400 pferr=14", "")]
    [InlineData("mbec 584 mbec12=on l1=ok:400 pferr=10", "")]
    [InlineData("mbec 789 mbec12=on l1=ok:400 pferr=0", "")]
    public void MBEC_is_dropped(string fault, string fits) => Explains(fault, fits, Unresolved.Granted);

    /// <summary>L1's tables allow it, and it is reflected.</summary>
    [Theory]
    [InlineData("ept72 182 l1=ok:407 inject=30:182 error=3", "allowed-reflected=0.97")]
    [InlineData("ept72 182 l1=ok:407 inject=30:182 error=2", "allowed-reflected=0.6")]
    [InlineData("ept72 182 l1=ok:407 inject=30:182", "allowed-reflected=0.6")]
    [InlineData("mbec 7c4 mbec12=on l1=ok:400 leaf=5430 pferr=14 inject=30:7c4 error=14", "bit-10-not-present=1 allowed-reflected=0.6")]
    [InlineData("mbec 7c4 mbec12=on l1=ok:400 leaf=5430 pferr=14 inject=30:7c4 error=15", "xu-ignored-for-user-fetch=1 allowed-reflected=0.97")]
    [InlineData("mbec 7c4 mbec12=on l1=ok:400 leaf=5431 pferr=14 inject=30:7c4 error=14", "allowed-reflected=0.6")]
    [InlineData("mbec 7c4 mbec12=on l1=ok:400 leaf=5030 pferr=14 inject=30:7c4 error=14", "allowed-reflected=0.6")]
    [InlineData("mbec 7c4 mbec12=on l1=violation:400:7c4:fff leaf=5430 pferr=14 inject=30:7c4 error=14", "")]
    [InlineData("mbec 7fc mbec12=on l1=ok:403 pferr=14 inject=30:7fc error=15", "xu-ignored-for-user-fetch=1 allowed-reflected=0.97")]
    [InlineData("mbec 7fc mbec12=on l1=ok:407 pferr=14 inject=30:7fc error=15", "allowed-reflected=0.97")]
    [InlineData("mbec 7fc mbec12=on l1=ok:403 pferr=10 inject=30:7fc error=15", "user-page-bit-ignored=1 allowed-reflected=0.97")]
    [InlineData("mbec 5fc mbec12=on l1=ok:403 pferr=14 inject=30:5fc error=15", "allowed-reflected=0.97")]
    [InlineData("mbec 7fc mbec12=off l1=ok:403 pferr=14 inject=30:7fc error=15", "allowed-reflected=0.97")]
    [InlineData("mbec 5a4 mbec12=on l1=ok:4 pferr=10 inject=30:5a4 error=15", "xu-asked-for-supervisor-fetch=1 allowed-reflected=0.97")]
    [InlineData("mbec 5a4 mbec12=on l1=ok:404 pferr=10 inject=30:5a4 error=15", "allowed-reflected=0.97")]
    [InlineData("mbec 5a4 mbec12=on l1=ok:4 pferr=10 inject=30:5a4 error=14", "allowed-reflected=0.6")]
    [InlineData("mbec 7a4 mbec12=on l1=ok:4 pferr=14 inject=30:7a4 error=15", "allowed-reflected=0.97")]
    [InlineData("mbec 581 mbec12=on l1=ok:4 pferr=0 inject=30:581 error=1", "allowed-reflected=0.97")]
    public void L1_allows_it_and_hears_of_it(string fault, string fits) => Explains(fault, fits);

    /// <summary>What is injected, against what is due: only the bits that differ, and that can be relied on, tell.</summary>
    [Theory]
    [InlineData("mbec 7c4 pferr=14 l1=violation:403:7c4:fff inject=30:7c4", "")]
    [InlineData("mbec 7c4 pferr=14 l1=violation:403:7c4:fff inject=30:784", "bit-6-not-injected=1 present-not-injected=0.98")]
    [InlineData("mbec 78c pferr=14 l1=violation:3:78c:fff inject=30:7cc", "permission-bits-added=1")]
    [InlineData("mbec 7cc pferr=14 l1=violation:403:7cc:fff inject=30:78c", "bit-6-not-injected=1")]
    [InlineData("mbec 7cc pferr=14 l1=violation:403:7cc:fbf inject=30:78c", "")]
    [InlineData("mbec 78a l1=violation:405:78a:fff inject=30:18a", "bits-9-11-not-injected=1")]
    [InlineData("mbec 78a l1=violation:405:78a:fff inject=30:38a", "bits-9-11-not-injected=1")]
    [InlineData("mbec 78a l1=violation:405:78a:fff inject=30:182", "")]
    [InlineData("mbec 7ea l1=violation:405:7ea:fff inject=30:782", "present-not-injected=0.98")]
    [InlineData("mbec 7ea l1=violation:405:7ea:fff inject=30:7aa", "bit-6-not-injected=1")]
    [InlineData("mbec 7ea l1=violation:405:7ea:fff inject=30:7ca", "")]
    [InlineData("mbec 7ea l1=violation:405:7ea:fff inject=30:382", "")]
    [InlineData("mbec 78a l1=violation:405:78a:fff inject=30:789", "write-injected-as-read=1")]
    [InlineData("mbec 78b l1=violation:405:78b:fff inject=30:789", "write-injected-as-read=1")]
    [InlineData("mbec 78a l1=violation:405:78a:fff inject=30:78b", "")]
    [InlineData("mbec 78a l1=violation:405:78a:fff inject=30:781", "")]
    [InlineData("mbec 789 l1=violation:404:789:fff inject=30:78b", "read-injected-as-write=1")]
    [InlineData("mbec 08b l1=violation:405:8b:fff inject=30:18b", "walk-stage-injected-as-final=1")]
    [InlineData("mbec 08b l1=violation:405:8b:fff inject=30:18a", "")]
    [InlineData("mbec 18a l1=violation:405:18a:fff inject=31:0", "misconfig-for-violation=1")]
    [InlineData("mbec 18a l1=misconfig:406:0:fff inject=30:18a", "misconfig-for-violation=1")]
    [InlineData("mbec 18a l1=misconfig:406:0:fff inject=31:0", "")]
    [InlineData("npt61 7 l1=violation:5:100000007:30000000f inject=400:100000006:12000", "present-not-injected=0.98")]
    [InlineData("npt61 7 l1=violation:5:100000007:30000000f inject=400:100000002:12000", "")]
    [InlineData("npt61 7 l1=violation:5:100000007:30000000f inject=400:100000005:12000", "write-injected-as-read=1")]
    [InlineData("npt61 7 l1=violation:5:100000007:30000000f inject=400:100000004:12000", "")]
    [InlineData("npt61 5 l1=violation:5:100000005:30000000f inject=400:100000007:12000", "read-injected-as-write=1")]
    [InlineData("npt61 200000007 l1=violation:5:200000007:30000000f inject=400:100000007:12000", "walk-stage-injected-as-final=1")]
    [InlineData("npt61 7 l1=violation:5:100000007:30000000f inject=400:100000007:13000", "wrong-address-injected=1")]
    [InlineData("npt61 7 l1=violation:5:100000007:30000000f inject=400:100000007:12fff", "wrong-address-injected=1")]
    [InlineData("npt61 7 l1=violation:5:100000007:30000000f inject=400:100000006:13000", "present-not-injected=0.98")]
    [InlineData("npt61 7 l1=violation:5:100000007:30000000f inject=30:100000007:12000", "")]
    [InlineData("npt61 6 l1=ok:7:100000006:30000000f inject=400:100000006:13000", "allowed-reflected=0.6")]
    [InlineData("ept72 18a l1=violation:5:18a:1ff inject=30:18a:13000", "")]
    [InlineData("mbec 784 pferr=14 l1=violation:3:784:fff inject=30:781", "fetch-bit-wrong=1")]
    [InlineData("mbec 784 pferr=14 l1=violation:3:784:fff inject=30:786", "read-injected-as-write=1")]
    [InlineData("mbec 784 pferr=14 l1=violation:3:784:fff inject=30:782", "fetch-bit-wrong=1 read-injected-as-write=1")]
    [InlineData("npt61 5 l1=violation:5:100000005:30000000f inject=400:100000003:12000", "")]
    [InlineData("npt61 15 l1=violation:8000000000000007:100000005:30000000f inject=400:100000015:12000", "")]
    [InlineData("mbec 701 l1=violation:2:701:fff inject=30:781", "")]
    [InlineData("mbec 781 l1=violation:0:781:fff absent leaf=0 inject=30:7b9", "not-present-injected-as-present=1")]
    [InlineData("mbec 784 pferr=14 l1=violation:3:784:fff inject=30:7c1", "")]
    [InlineData("mbec 781 l1=violation:2:781:fff inject=30:784", "fetch-bit-wrong=1")]
    [InlineData("mbec 781 l1=violation:2:781:fff inject=30:701", "stage-bits-not-one=1")]
    [InlineData("mbec 781 l1=violation:2:781:fff inject=30:601", "stage-bits-not-one=1")]
    [InlineData("mbec 781 l1=violation:2:781:fff inject=30:700", "")]
    [InlineData("mbec 78a l1=violation:405:78a:fff inject=30:79a", "permission-bits-added=1")]
    [InlineData("mbec 78a l1=violation:405:78a:fff inject=30:79b", "")]
    [InlineData("mbec 78a l1=violation:405:78a:fff inject=30:792", "permission-bits-added=1")]
    public void L1_hears_wrong(string fault, string fits) => Explains(fault, fits);

    /// <summary>The mean over a bug's faults, best first, of equals the one earlier in the list; what fits one fault in 20 is left out.</summary>
    [Theory]
    [InlineData(0, 0, "")]
    [InlineData(1, 0, "spte-never-writable=1")]
    [InlineData(1, 1, "spte-never-writable=0.5 cmpxchg-retry=0.5")]
    [InlineData(1, 2, "cmpxchg-retry=0.667 spte-never-writable=0.333")]
    [InlineData(1, 19, "cmpxchg-retry=0.95")]
    [InlineData(1, 18, "cmpxchg-retry=0.947 spte-never-writable=0.053")]
    public void Ranked(int denied, int retried, string ranks)
    {
        var bug = new BugCase { Verdict = FaultVerdict.Livelock, Tid = 1, Vcpu = 0, Comm = "", Level = KvmTraceLab.Replay.GuestLevel.L1, Gpa = 0, Access = default, Rip = 0, FirstNs = 0, Why = "", Evidence = [] };
        bug.Observations.AddRange(Enumerable.Repeat(Seen("npt61 7 set=RXUmh"), denied).Concat(Enumerable.Repeat(Seen("npt61 6 asked"), retried)));
        Assert.Equal(ranks, string.Join(' ', HypothesisRanking.Rank(bug).Select(r => FormattableString.Invariant($"{r.Id}={r.Fits}"))));

        static FaultObservation Seen(string fault) => FaultObservation.Of(FaultCase.Of(fault).Context(), Unresolved.Denied);
    }

    private static void Explains(string fault, string fits, Unresolved unresolved = Unresolved.No) => Assert.Equal(fits, FaultCase.Explain(fault, unresolved));
}
