using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Replay.Faults;

/// <summary>Rules that every SPTE written must keep, whatever fault wrote it.</summary>
internal sealed class SpteChecks
{
    private const int MaxGfnsShown = 32;

    /// <summary>Frames told apart, of all findings together.</summary>
    private const int MaxSeen = 1_000_000;

    private readonly Dictionary<string, InvariantFinding> _byId = new(StringComparer.Ordinal);
    private readonly List<InvariantFinding> _findings = [];
    private int _seen;
    private bool _executableHuge;
    private bool _nxHuge;

    public IReadOnlyList<InvariantFinding> Findings => _findings;

    /// <summary>Checks a leaf.</summary>
    /// <param name="spte">The SPTE written.</param>
    /// <param name="level">1 for 4K.</param>
    /// <param name="gfn">Guest frame.</param>
    /// <param name="isL1">It belongs to L1's own tables: XS and XU go in tandem there.</param>
    /// <param name="row">The event, for evidence.</param>
    public void Check(Spte spte, int level, ulong gfn, bool isL1, in EventRow row)
    {
        if (!spte.IsPresent || !spte.IsLeaf(level)) return;
        var layout = spte.Layout;
        if (spte.Writable && !spte.MmuWritable && !spte.IsAccessTracked)
            Add("w-without-mmu-writable", "A writable SPTE must be MMU-writable: check_spte_writable_invariants().", spte, gfn, row);
        if ((spte.Writable || spte.MmuWritable) && !spte.HostWritable)
            Add("w-without-host-writable", "A writable SPTE must be host-writable (the host mapping is read-only): check_spte_writable_invariants().", spte, gfn, row);
        if (level == 1 && spte.IsLarge)
            Add("pse-at-level-1", "A level-1 SPTE must not have bit 7, the page-size bit.", spte, gfn, row);
        if (layout.Kind != MmuKind.Ept) return;
        if (spte.Writable && !spte.Readable)
            Add("w-without-r", "An EPT SPTE that is writable must be readable, or the processor raises a misconfiguration.", spte, gfn, row);
        if (layout.SuppressVe != 0 && !spte.SuppressVe)
            Add("suppress-ve-clear", "Bit 63 (suppress #VE) is set in every EPT SPTE.", spte, gfn, row);
        if (isL1 && layout.Xu != 0 && spte.SupervisorExec != spte.UserExec && !spte.IsAccessTracked)
            Add("xs-xu-apart", "XS and XU of an L1 EPT SPTE are set and cleared together: make_spte() derives both from one access.", spte, gfn, row);
    }

    /// <summary>A huge leaf of L1's own tables: its access is always full, so only the NX-huge-page workaround makes it non-executable, all or none.</summary>
    public void CheckHuge(Spte spte, int level, ulong gfn, in EventRow row)
    {
        if (level < 2 || !spte.IsPresent || !spte.IsLarge || spte.IsAccessTracked || spte.Layout.Kind == MmuKind.Shadow) return;
        var executable = spte.SupervisorExec || spte.UserExec;
        if (executable ? _nxHuge : _executableHuge)
            Add("nx-huge-mixed", "Huge pages of a VM are executable all or none: with NX huge pages on, none may be.", spte, gfn, row);
        _executableHuge |= executable;
        _nxHuge |= !executable;
    }

    /// <summary>All mappings are made anew (the workaround may have been switched), or what was made is unknown.</summary>
    public void ForgetHuge() => _executableHuge = _nxHuge = false;

    /// <summary>The fast path gives W, or what access tracking saved, and takes nothing. The new SPTE is read when it is traced: another CPU may have changed it again.</summary>
    public void CheckFast(Spte old, Spte now, ulong gfn, in EventRow row)
    {
        if (!old.IsPresent || !now.IsPresent || old.Pfn != now.Pfn) return;
        if ((old.Readable && !now.Readable) || (old.User && !now.User) || (old.SupervisorExec && !now.SupervisorExec) || (old.UserExec && !now.UserExec))
            Add("fast-path-takes-away", "fast_page_fault gives permissions back and takes none away.", now, gfn, row);
    }

    /// <summary>fast_page_fault leaves a write-protected huge page alone only if its slot logs writes; then the page must be split.</summary>
    public void HugeWhileLogged(Spte spte, ulong gfn, in EventRow row) => Add(
        "huge-page-while-logged", "A write to a huge page of a slot with dirty logging is given a small page, or the log misses the others.", spte, gfn, row);

    public void WrongPfn(Spte spte, ulong gfn, ulong requested, in EventRow row) => Add(
        "wrong-pfn", $"The frame in the SPTE must be the one kvm_mmu_spte_requested asked for (first: 0x{spte.Pfn:x} instead of 0x{requested:x}).", spte, gfn, row);

    public void TooMuchForL1(Spte spte, ulong gfn, string what, in EventRow row) => Add(
        "l2-spte-exceeds-l1", $"An L2 SPTE must not grant what L1's nested tables deny (first: {what}).", spte, gfn, row);

    public void TooMuchForGuest(Spte spte, ulong gfn, string what, in EventRow row) => Add(
        "shadow-spte-exceeds-guest", $"A shadow SPTE must not grant what the guest's own tables deny (first: {what}).", spte, gfn, row);

    private void Add(string id, string sentence, Spte spte, ulong gfn, in EventRow row)
    {
        if (!_byId.TryGetValue(id, out var finding))
        {
            finding = new InvariantFinding(id, sentence) { Spte = spte.Value, FirstNs = row.Time, Evidence = SavedEvent.Of(row) };
            _byId[id] = finding;
            _findings.Add(finding);
        }

        finding.Count++;
        if (_seen >= MaxSeen || !finding.Seen.Add(gfn)) return;
        _seen++;
        if (finding.Gfns.Count < MaxGfnsShown) finding.Gfns.Add(gfn);
    }
}
