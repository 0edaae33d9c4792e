namespace KvmTraceLab.Tests.Replay.Simulation;

/// <summary>L2: one nested table of L1's, the shadow pages for it, and what L1 is told.</summary>
internal sealed partial class SimKvm
{
    private void L2()
    {
        var gfn = 0x10000 + (ulong)_random.Next(30);
        var target = gfn % 10 == 5;
        if (_random.Next(3) == 0 || !_ept12.ContainsKey(gfn)) Rewrite(gfn, target);
        var kind = target ? TargetKind() : "rwx"[_random.Next(3)];
        var a = new SimAccess(kind, target ? TargetUser() : _random.Next(2) == 0, target && bug.Id == "stage");
        _out.Add("kvm_nested_vmenter", $"rip: 0x{0x402000UL:x16} {(host.Intel ? "vmcs" : "vmcb")}: 0x{0x9000UL:x16} nested_rip: 0x{_rip:x16} int_ctl: 0x00000000 event_inj: 0x00000000 nested_{(host.Intel ? "ept" : "npt")}=y nested_{(host.Intel ? "eptp" : "cr3")}: 0x{0xa000UL:x16}");
        Entry();
        if (!target && _random.Next(4) == 0) ProtectL2(gfn);
        var mbec02 = (host.Mbec12 || (bug.Id == "mbec-left-on" && target)) && !(bug.Id == "mbec-dropped" && target);
        for (var turn = 0; turn < Patience / 2; turn++)
        {
            var spte = _l2.GetValueOrDefault(gfn, host.Empty);
            if (host.Passes(spte, a, mbec02)) break;
            var code = host.Code(spte, a, mbec02);
            Fault(gfn << 12, code, nested: true);
            if (L2Fault(gfn, spte, code, a)) Repair(gfn, target);
            else Entry();
        }

        OtherTrip();
        Entry();
    }

    /// <summary>The shadow MMU protects a page from writes, to log them; no event tells.</summary>
    private void ProtectL2(ulong gfn)
    {
        if (_l2.TryGetValue(gfn, out var spte)) _l2[gfn] = spte & ~2UL;
    }

    /// <summary>What the struck frames need to show the fault.</summary>
    private char TargetKind() => bug.Id switch
    {
        "grants-w" or "write-as-read" or "no-present" or "prot-added" or "l2-loses-w" => 'w',
        "fetch-as-read" or "xu-for-supervisor" or "mbec-dropped" or "grants-x" or "user-bit" or "xu-ignored" or "bit10-absent" or "mbec-left-on" => 'x',
        "no-bit6" => 'w',
        _ => 'r',
    };

    private bool TargetUser() => bug.Id is "user-bit" or "xu-ignored" or "bit10-absent" or "mbec-left-on" or "no-bits-9-11" or "mbec-dropped" or "fetch-as-read";

    private void Rewrite(ulong gfn, bool target)
    {
        var entry = gfn << 12 | Permissions(_random.Next(6));
        if (target && bug.Id != "none") entry = gfn << 12 | TargetPermissions();
        _ept12[gfn] = entry;
        _l2.Remove(gfn); // INVEPT
    }

    private ulong Permissions(int pick)
    {
        if (!host.Intel) return pick switch { 0 => 0UL, 1 => 5, 2 => 7, 3 => 7 | 1UL << 63, _ => 7 };
        var xu = host.Mbec12 ? 1UL << 10 : 0;
        return pick switch { 0 => 0UL, 1 => 0x31, 2 => 0x33 | 4 | xu, 3 => 0x35, 4 => 0x31 | xu, _ => 0x37 | xu };
    }

    private ulong TargetPermissions() => bug.Id switch
    {
        "grants-w" or "write-as-read" or "no-present" or "prot-added" => host.Intel ? 0x35UL : 5,
        "l2-loses-w" => host.Intel ? 0x37UL | (host.Mbec12 ? 1UL << 10 : 0) : 7,
        "xu-for-supervisor" => 0x35,
        "mbec-dropped" => 0x31 | 1UL << 10,
        "grants-x" => host.Intel ? 0x31UL : 7 | 1UL << 63,
        "user-bit" or "xu-ignored" or "mbec-left-on" => 0x37,
        "bit10-absent" => 0x30 | 1UL << 10,
        "no-bit6" => 0x31 | 1UL << 10,
        "reflect-allowed" => host.Intel ? 0x37UL | (host.Mbec12 ? 1UL << 10 : 0) : 7,
        _ => 0,
    };

    /// <returns>True when L1 got an exit.</returns>
    private bool L2Fault(ulong gfn, ulong spte, ulong code, SimAccess a)
    {
        var entry = _ept12[gfn];
        var upper = host.Intel ? 0x10d007UL | (host.Mbec12 ? 1UL << 10 : 0) : 0x10d027;
        var userSeen = a.User && !(bug.Id == "user-bit" && gfn % 10 == 5);
        var present = host.Finds(entry, host.Mbec12);
        _out.Add("kvm_mmu_pagetable_walk", $"addr {gfn << 12:x} pferr {Pferr(code, userSeen, a):x}");
        for (var level = 4; level > 1; level--) _out.Add("kvm_mmu_paging_element", $"pte {upper + (ulong)(4 - level) * 0x1000:x} level {level}");
        _out.Add("kvm_mmu_paging_element", $"pte {entry:x} level 1");
        var asked = a with { User = userSeen };
        var allowed = host.Passes(entry, asked, host.Mbec12);
        if (bug.Id == "xu-ignored" && gfn % 10 == 5) allowed = host.Passes(entry, asked with { User = false }, host.Mbec12);
        if (bug.Id == "xu-for-supervisor" && gfn % 10 == 5) allowed = host.Passes(entry, asked with { User = true }, host.Mbec12);
        if (bug.Id is "user-bit" or "xu-ignored" or "xu-for-supervisor" && gfn % 10 == 5) Struck++;
        if (Strikes("bit10-absent", gfn)) (allowed, present) = (false, false);
        if (Strikes("reflect-allowed", gfn)) allowed = false;
        if (Strikes("grants-w", gfn) || Strikes("grants-x", gfn)) allowed = true;
        if (!allowed)
        {
            _out.Add("kvm_mmu_walker_error", $"pferr {(present ? 1 : 0) | (a.Write ? 2 : 0) | (userSeen ? 4 : 0):x}");
            if (Strikes("swallow", gfn)) return false;
            if (Strikes("pf-into-l2", gfn))
            {
                _out.Add("kvm_inj_exception", $"#PF (0x4)");
                return false;
            }

            Inject(gfn, entry, code, a);
            return true;
        }

        Requested(gfn, gfn + 0x100, 1);
        if ((Strikes("mbec-left-on", gfn) || Strikes("mbec-dropped", gfn)) && host.IsPresent(spte)) return false;
        var w = (entry & 2) != 0 || (bug.Id == "grants-w" && gfn % 10 == 5);
        var xs = host.Intel ? (entry & 4) != 0 : entry >> 63 == 0;
        if (bug.Id == "grants-x" && gfn % 10 == 5) xs = true;
        var now = host.Spte(gfn + 0x100, w, w, hostW: true, xs, (entry >> 10 & 1) != 0, huge: false, read: (entry & 1) != 0);
        Set(gfn, spte, now, 1, nested: true);
        _l2[gfn] = Strikes("l2-loses-w", gfn) ? now & ~2UL : now;
        if (bug.Id is "grants-w" or "grants-x" && gfn % 10 == 5) _l2.Remove(gfn);
        return false;
    }

    private ulong Pferr(ulong code, bool userSeen, SimAccess a)
    {
        if (!host.Intel) return code & 0xffffffff;
        return ((code & 0x78) != 0 ? 1UL : 0) | (a.Write ? 2UL : 0) | (userSeen ? 4UL : 0) | (a.Fetch ? 16UL : 0);
    }

    private void Inject(ulong gfn, ulong entry, ulong code, SimAccess a)
    {
        var gpa = gfn << 12;
        var reason = host.Intel ? "EPT_VIOLATION" : "EXIT_NPF";
        // Upper entries allow everything, so the AND is the leaf's own permissions.
        var info = host.Code(entry, a, host.Mbec12);
        if (host.Intel && (code & 0x100) != 0) info = (info & ~0xe00UL) | (code & 0xe00);
        if (!host.Intel && host.Finds(entry, false)) info |= 1;
        if (Strikes("no-bit6", gfn)) info &= ~0x40UL;
        if (Strikes("no-bits-9-11", gfn)) info &= ~0xe00UL;
        if (Strikes("no-present", gfn)) info &= host.Intel ? ~0x78UL : ~1UL;
        if (Strikes("write-as-read", gfn)) info = host.Intel ? (info & ~2UL) | 1 : info & ~2UL;
        if (Strikes("stage", gfn)) info = host.Intel ? info | 0x100 : (info & ~(3UL << 32)) | 1UL << 32;
        if (Strikes("misconfig", gfn)) reason = "EPT_MISCONFIG";
        if (Strikes("address", gfn)) gpa += 0x1000;
        if (Strikes("prot-added", gfn)) info |= 0x10;
        if (Strikes("fetch-as-read", gfn)) info = (info & ~4UL) | 1;
        if (Strikes("no-bit7", gfn)) info &= ~0x80UL;
        if (Strikes("no-user", gfn)) info &= ~4UL;
        if (Strikes("rsvd-added", gfn)) info |= 8;
        if (Strikes("read-as-write", gfn)) info |= 2;
        if (Strikes("present-added", gfn)) info |= 1;
        if (Strikes("fetch-added", gfn)) info |= 16;
        if (Strikes("final-as-walk", gfn)) info = (info & ~(3UL << 32)) | 2UL << 32;
        if (Strikes("both-stages", gfn)) info |= 3UL << 32;
        if (Strikes("other-reason", gfn)) reason = "EXIT_EXCP_PF";
        _out.Add("kvm_nested_vmexit_inject", $"reason {reason} info1 {info:x} info2 {(host.Intel ? 0 : gpa):x} int_info 0 int_info_err 0");
        _out.Add("kvm_entry", $"vcpu 0 rip 0x402000");
    }

    /// <summary>L1 handles the exit: it widens its entry and enters L2 again.</summary>
    private void Repair(ulong gfn, bool target)
    {
        OtherTrip();
        Entry();
        if (!target || bug.Id is not ("bit10-absent" or "reflect-allowed" or "xu-for-supervisor"))
        {
            var xu = host.Mbec12 ? 1UL << 10 : 0;
            _ept12[gfn] = gfn << 12 | (host.Intel ? 0x37 | xu : 7);
        }

        _l2.Remove(gfn);
        OtherTrip();
        _out.Add("kvm_nested_vmenter", $"rip: 0x{0x402000UL:x16} {(host.Intel ? "vmcs" : "vmcb")}: 0x{0x9000UL:x16} nested_rip: 0x{_rip:x16} int_ctl: 0x00000000 event_inj: 0x00000000 nested_{(host.Intel ? "ept" : "npt")}=y nested_{(host.Intel ? "eptp" : "cr3")}: 0x{0xa000UL:x16}");
        Entry();
    }
}
