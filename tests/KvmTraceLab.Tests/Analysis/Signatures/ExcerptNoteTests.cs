using KvmTraceLab.Analysis.Signatures;

namespace KvmTraceLab.Tests.Analysis.Signatures;

/// <summary>Notes on short or plain texts, as people post them.</summary>
public sealed class ExcerptNoteTests
{
    /// <summary>Linux reads the PM timer three times over, at three places.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_poll_may_read_the_timer_at_several_places(int places)
    {
        var text = new TraceText();
        text.Times(100, (t, i) =>
        {
            for (var p = 0; p < places; p++)
                t.Exit("IO_INSTRUCTION", 0x1000 + ((ulong)p * 16), "608000b 0").Add("kvm_pio", $"pio_read at 0x608 size 4 count 1 val 0x{0x5bcbb1 + (i * 9) + (p * 3):x}").Entry(0x1001 + ((ulong)p * 16));
        });
        var run = SignatureRun.OfText(text.ToString());
        Assert.Equal(Confidence.High, run.The("L01").Confidence);
        Assert.Equal("L01", Assert.Single(run.Loops).Signature);
    }

    /// <summary>Kernels before 3.0 print neither qualification nor value.</summary>
    [Fact]
    public void An_exit_without_its_qualification_hides_no_port()
    {
        var lines = Enumerable.Range(0, 64).SelectMany(i => (string[])[Line(i, 0, "kvm_exit: reason io_instruction rip 0x1000"), Line(i, 1, "kvm_pio: pio_read at 0x608 size 4 count 1"), Line(i, 2, "kvm_entry: vcpu 0"), Line(i, 3, "kvm_exit: reason io_instruction rip 0x1010"), Line(i, 4, "kvm_pio: pio_read at 0x608 size 4 count 1"), Line(i, 5, "kvm_entry: vcpu 0")]);
        var finding = SignatureRun.OfText(string.Join('\n', lines) + "\n").The("L01");
        Assert.Equal(Confidence.High, finding.Confidence);
        Assert.DoesNotContain("stands still", finding.Why, StringComparison.Ordinal);

        static string Line(int turn, int at, string payload) => $"             kvm-5664  [000] {11906 + (turn / 100)}.{(turn % 100 * 1000) + at:d6}: {payload}";
    }

    [Fact]
    public void Two_halts_at_different_places_that_go_to_user_space_are_noted()
    {
        var text = new TraceText();
        foreach (var rip in (ulong[])[0x201, 0x341]) text.Exit("HLT", rip).Add("kvm_userspace_exit", "reason KVM_EXIT_HLT (5)").Entry(rip + 1);
        var finding = SignatureRun.OfText(text.ToString()).The("L17");
        Assert.Equal(Confidence.Low, finding.Confidence);
        Assert.Contains("2 of 2 HLT exits", finding.Why, StringComparison.Ordinal);
    }

    /// <summary>The excerpt begins behind one exit and ends with the next: KVM_RUN failed twice, but one turn is whole.</summary>
    [Theory]
    [InlineData("error (14)", "error (14)", true)]
    [InlineData("KVM_EXIT_INTR (10)", "error (14)", false)]
    [InlineData("error (14)", "restart (4)", false)]
    public void A_refused_fault_that_is_tried_again_is_noted_from_one_turn(string before, string after, bool noted)
    {
        var text = new TraceText().Add("kvm_userspace_exit", $"reason {before}").Entry(0x1000).Exit("EPT_VIOLATION", 0x1000, "181 0").Fault(0x1000, 0x5000, "181").Add("kvm_userspace_exit", $"reason {after}");
        var run = SignatureRun.OfText(text.ToString());
        Assert.Equal(noted, run.Ids.Contains("L38"));
        if (noted) Assert.Equal(Confidence.Low, run.The("L38").Confidence);
    }

    /// <summary>Commit messages leave the exits out.</summary>
    [Theory]
    [InlineData("f3 a5", "f3 a5 FAIL", "#UD (0x0)", true)]
    [InlineData("f3 a5", "f3 a5 FAIL", "#GP (0x0)", false)]
    [InlineData("f3 a5", "8b 07 FAIL", "#UD (0x0)", false)]
    [InlineData("f3 a5", "f3 a5", "#UD (0x0)", false)]
    public void Rep_movs_in_vain_is_noted_without_exits(string first, string second, string exception, bool noted)
    {
        var run = SignatureRun.OfText(
            $" kvm_nested_vmexit:    rip fffff80212345678 reason EPT_VIOLATION info1 181 info2 0 int_info 0 int_info_err 0\n kvm_page_fault:       address febd0000 error_code 181\n kvm_emulate_insn:     0:fffff80212345678: {first}\n kvm_emulate_insn:     0:fffff80212345678: {second}\n kvm_inj_exception:    {exception}\n");
        Assert.Equal(noted, run.Ids.Contains("L24"));
        if (noted) Assert.Equal(Confidence.Low, run.The("L24").Confidence);
    }

    /// <summary>The neighbour is mapped or not, in the same 2 MiB block or another; the refused page is mapped later or not.</summary>
    [Theory]
    [InlineData(0x10000, 0x10001, false, true)]
    [InlineData(0x10000, 0x10200, false, false)]
    [InlineData(0x10000, 0x10001, true, false)]
    public void A_refused_neighbour_is_noted_without_exits(int mapped, int refused, bool later, bool noted)
    {
        var text = new TraceText();
        Page(text, mapped).Add("kvm_mmu_set_spte", $"gfn {mapped:x} spte 1234 (rwx) level 1 at 99");
        Page(text, refused).Add("kvm_userspace_exit", "reason error (14)");
        if (later) Page(text, refused).Add("kvm_mmu_set_spte", $"gfn {refused:x} spte 1234 (rwx) level 1 at 99");
        var run = SignatureRun.OfText(text.ToString());
        Assert.Equal(noted, run.Ids.Contains("L04"));
        if (!noted) return;
        Assert.Equal(Confidence.Low, run.The("L04").Confidence);
        Assert.Contains("EFAULT on 1 page beside", run.The("L04").Why, StringComparison.Ordinal);

        static TraceText Page(TraceText text, int gfn) => text.Add("kvm_page_fault", $"vcpu 0 rip 0x1000 address 0x{(ulong)gfn << 12:x16} error_code 0x182");
    }

    [Fact]
    public void Halts_of_which_one_is_served_in_the_kernel_are_not()
    {
        var text = new TraceText();
        foreach (var rip in (ulong[])[0x201, 0x341]) text.Exit("HLT", rip).Add("kvm_userspace_exit", "reason KVM_EXIT_HLT (5)").Entry(rip + 1);
        text.Plain("HLT", 0x500);
        Assert.DoesNotContain("L17", SignatureRun.OfText(text.ToString()).Ids);
    }
}
