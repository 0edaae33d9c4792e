namespace KvmTraceLab.Tests.Replay.Simulation;

/// <summary>
/// A small KVM with one vCPU: the TDP MMU of L1, and shadow pages of one nested table for L2. It maps on demand, logs dirty
/// pages, keeps huge pages from executing, unmaps, and reflects what L1 forbids. One fault of <see cref="SimBug"/> may be
/// built in; it strikes on the frames whose number ends in 5.
/// </summary>
internal sealed class SimKvm(SimHost host, SimBug bug, int seed)
{
    private const int Patience = 24;
    private const int Forever = 5000;
    private const ulong HugeBase = 0x40000;
    private const ulong MmioBase = 0x90000;

    private readonly Random _random = new(seed);
    private readonly SimTraceWriter _out = new();
    private readonly Dictionary<ulong, ulong> _l1 = [];
    private readonly Dictionary<ulong, ulong> _huge = [];
    private readonly Dictionary<ulong, ulong> _l2 = [];
    private readonly Dictionary<ulong, ulong> _ept12 = [];
    private readonly HashSet<ulong> _mmio = [];
    private readonly HashSet<ulong> _lost = [];
    private bool _stuck;
    private ulong _rip = 0x401000;
    private ulong _pfn = 0x5000;

    /// <summary>Accesses that struck the built-in fault.</summary>
    public int Struck { get; private set; }

    public byte[] Run(int operations)
    {
        Roles();
        Entry();
        for (var i = 0; i < operations && !_stuck; i++)
        {
            _rip = 0x401000 + (ulong)_random.Next(4096) * 4;
            _out.Wait(_random.Next(2000, 20_000));
            var gfn = 0x1000 + (ulong)_random.Next(48);
            switch (_random.Next(14))
            {
                case 0 or 1 or 2: L1(gfn, new SimAccess('r')); break;
                case 3 or 4: L1(gfn, new SimAccess('w')); break;
                case 5: L1(gfn, new SimAccess('x', _random.Next(2) == 0)); break;
                case 6: DirtyLog(); break;
                case 7: Unmap(); break;
                case 8: Huge(); break;
                case 9: Mmio(); break;
                case 10 when host.Intel: Track(gfn); break;
                default: if (!host.Gmet) L2(); break;
            }
        }

        return _out.ToBytes();
    }

    private bool Strikes(string id, ulong gfn)
    {
        if (bug.Id != id || gfn % 10 != 5) return false;
        Struck++;
        return true;
    }

    private void Roles()
    {
        if (!host.V72) return;
        var mode = host.Intel || host.Gmet ? 1UL << 20 : 0;
        _out.Add("kvm_mmu_get_page", $"[FAILED TO PARSE] mmu_valid_gen=0 gfn=0 role={0x6f84UL | mode} root_count=0 unsync=0 created=1");
        if (!host.Intel) return;
        _out.Add("kvm_mmu_get_page", $"[FAILED TO PARSE] mmu_valid_gen=0 gfn=0 role={0x30f04UL | (host.Mbec12 ? 1UL << 20 : 0)} root_count=0 unsync=0 created=1");
    }

    private void Entry() => _out.Add("kvm_entry", $"vcpu 0 rip 0x{_rip:x}");

    private void Fault(ulong gpa, ulong code, bool nested)
    {
        if (host.Intel) _out.Add("kvm_exit", $"reason EPT_VIOLATION rip 0x{_rip:x} info {code:x} 0");
        else _out.Add("kvm_exit", $"reason EXIT_NPF rip 0x{_rip:x} info {code:x} {gpa:x}");
        if (nested)
        {
            var reason = host.Intel ? "EPT_VIOLATION" : "npf";
            _out.Add("kvm_nested_vmexit", $"vcpu 0 reason {reason} rip 0x{_rip:x} info1 0x{code:x16} info2 0x{(host.Intel ? 0 : gpa):x16} intr_info 0x00000000 error_code 0x00000000");
        }

        _out.Add("kvm_page_fault", $"vcpu 0 rip 0x{_rip:x} address 0x{gpa:x16} error_code 0x{code:x}");
    }

    private void OtherTrip()
    {
        if (host.Intel) _out.Add("kvm_exit", $"reason VMREAD rip 0x402000 info 0 0");
        else _out.Add("kvm_exit", $"reason EXIT_VMRUN rip 0x402000 info 0 0");
    }

    private void L1(ulong gfn, SimAccess a)
    {
        if (bug.Id == "loses-w" && a.Write && gfn % 10 == 5) _lost.Add(gfn);
        // Nothing but the number of repeats tells a livelock of retries from a storm: let those run until the VM is killed.
        var patience = bug.Id is "stale" or "cmpxchg" ? Forever : Patience;
        for (var turn = 0; turn < patience; turn++)
        {
            _stuck = turn == Forever - 1;
            var spte = _l1.GetValueOrDefault(gfn, host.Empty);
            if (host.Passes(spte, a, mbec: host.Intel)) return;
            Fault(gfn << 12 | 0x10, host.Code(spte, a, mbec: host.Intel), nested: false);
            Handle(gfn, spte, a);
            Entry();
        }
    }

    private void Handle(ulong gfn, ulong spte, SimAccess a)
    {
        var present = host.IsPresent(spte);
        var mmuWritable = (spte & (host.Intel ? 1UL << 55 : 1UL << 10)) != 0;
        if (present && a.Write && mmuWritable && host.Finds(spte, mbec: host.Intel))
        {
            var wanted = Strikes("fast-not-written", gfn) ? spte : spte | 2;
            _out.Add("fast_page_fault", $"vcpu 0 gva {gfn << 12 | 0x10:x} error_code P|W{(host.Intel ? "" : "|U")} sptep 0xffff888000001000 old 0x{spte:x} new {wanted:x} spurious 0 fixed 1");
            _l1[gfn] = wanted;
            Lose(gfn);
            return;
        }

        if (Strikes("stale", gfn)) return;
        var tracked = present && host.Intel && (spte & 0x407) == 0;
        var pfn = present ? spte >> 12 & 0xff_ffff_ff : ++_pfn;
        Requested(gfn, pfn, 1);
        if (Strikes("cmpxchg", gfn)) return;
        var w = !(Strikes("never-writable", gfn) && a.Write) && !(bug.Id == "never-writable" && gfn % 10 == 5);
        var x = !(bug.Id == "never-executable" && gfn % 10 == 5 && StruckBy(a.Fetch));
        var xu = x && !(bug.Id == "no-xu" && gfn % 10 == 5 && StruckBy(a.Fetch)) && !(tracked && Strikes("track-without-xu", gfn));
        var xs = x && !(bug.Id == "no-xs" && gfn % 10 == 5 && StruckBy(a.Fetch));
        var now = host.Spte(pfn, w, w, hostW: true, xs, xu, huge: false, adOff: tracked || (bug.Id == "track-without-xu" && (spte >> 60 & 1) != 0));
        if (bug.Id == "gmet-user" && gfn % 10 == 5 && StruckBy(a.Fetch)) now |= 4;
        Set(gfn, spte, now, 1);
        _l1[gfn] = now;
        Lose(gfn);
    }

    private bool StruckBy(bool fetch)
    {
        if (fetch) Struck++;
        return true;
    }

    /// <summary>The permission goes after the tracepoint.</summary>
    private void Lose(ulong gfn)
    {
        if (!_lost.Contains(gfn)) return;
        Struck++;
        _l1[gfn] &= ~2UL;
    }

    private void Requested(ulong gfn, ulong pfn, int level)
    {
        if (host.V72) _out.Add("kvm_mmu_spte_requested", $"gfn {gfn:x} pfn {pfn:x} level {level} access f");
        else _out.Add("kvm_mmu_spte_requested", $"gfn {gfn:x} pfn {pfn:x} level {level}");
    }

    private void Set(ulong gfn, ulong old, ulong now, int level, bool nested = false)
    {
        if (!nested && ((old ^ now) & ~0x360UL) != 0) _out.Add("kvm_tdp_mmu_spte_changed", $"as id 0 gfn {gfn:x} level {level} old_spte {old:x} new_spte {now:x}");
        _out.Add("kvm_mmu_set_spte", $"gfn {gfn:x} spte {now:x} ({((now & 1) != 0 ? 'r' : '-')}{((now & 2) != 0 ? 'w' : '-')}x) level {level} at 7f{gfn & 0xff:x2}8");
    }

    /// <summary>Another thread write-protects some pages, then the guest writes to them.</summary>
    private void DirtyLog()
    {
        var mapped = _l1.Where(s => host.IsPresent(s.Value) && (s.Value & 2) != 0 && !_lost.Contains(s.Key)).Select(s => s.Key).Order().Take(4).ToList();
        _out.Tid = 1002;
        foreach (var gfn in mapped)
        {
            var now = _l1[gfn] & ~2UL;
            _out.Add("kvm_tdp_mmu_spte_changed", $"as id 0 gfn {gfn:x} level 1 old_spte {_l1[gfn]:x} new_spte {now:x}");
            _l1[gfn] = now;
        }

        _out.Tid = 1001;
        foreach (var gfn in mapped) L1(gfn, new SimAccess('w'));
    }

    /// <summary>Another thread unmaps; the guest faults while it lasts.</summary>
    private void Unmap()
    {
        var mapped = _l1.Where(s => host.IsPresent(s.Value)).Select(s => s.Key).Order().ToList();
        if (mapped.Count == 0) return;
        var gfn = mapped[_random.Next(mapped.Count)];
        _out.Tid = 1003;
        _out.Add("kvm_unmap_hva_range", $"mmu notifier unmap range: 0x{0x7f00_0000_0000 + (gfn << 12):x16} -- 0x{0x7f00_0000_1000 + (gfn << 12):x16}");
        _out.Add("kvm_tdp_mmu_spte_changed", $"as id 0 gfn {gfn:x} level 1 old_spte {_l1[gfn]:x} new_spte {host.Empty:x}");
        _out.Tid = 1001;
        _l1.Remove(gfn);
        _lost.Remove(gfn);
        var storm = _random.Next(4) == 0 ? _random.Next(1, 60) : 0;
        for (var i = 0; i < storm; i++)
        {
            Fault(gfn << 12, host.Code(host.Empty, new SimAccess('r'), mbec: host.Intel), nested: false);
            Entry();
        }
    }

    private void Huge()
    {
        var frame = HugeBase + (ulong)_random.Next(4) * 0x200;
        var gfn = frame + (ulong)_random.Next(0x200) / 10 * 10 + 5;
        var fetch = _random.Next(2) == 0;
        var a = new SimAccess(fetch ? 'x' : 'r', fetch);
        for (var turn = 0; turn < Patience; turn++)
        {
            var small = _l1.GetValueOrDefault(gfn, 0UL);
            var spte = host.IsPresent(small) ? small : _huge.GetValueOrDefault(frame, host.Empty);
            if (host.Passes(spte, a, mbec: host.Intel)) return;
            Fault(gfn << 12, host.Code(spte, a, mbec: host.Intel), nested: false);
            if (!host.IsPresent(spte))
            {
                _pfn = (_pfn | 0x1ff) + 1;
                Requested(gfn, _pfn + (gfn & 0x1ff), 2);
                var now = host.Spte(_pfn, w: true, mmuW: true, hostW: true, xs: false, xu: false, huge: true);
                Set(frame, spte, now, 2);
                _huge[frame] = now;
                _pfn += 0x200;
            }
            else if (Strikes("huge-never-split", gfn))
            {
                Requested(gfn, (spte >> 12 & 0xffffffffff) + (gfn & 0x1ff), 2);
                Set(frame, spte, spte, 2);
            }
            else
            {
                var pfn = (spte >> 12 & 0xffffffffff) + (gfn & 0x1ff);
                Requested(gfn, pfn, 1);
                _out.Add("kvm_tdp_mmu_spte_changed", $"as id 0 gfn {frame:x} level 2 old_spte {spte:x} new_spte {host.NonLeaf(0x7f0):x}");
                var now = host.Spte(pfn, w: true, mmuW: true, hostW: true, xs: true, xu: true, huge: false);
                Set(gfn, host.Empty, now, 1);
                _l1[gfn] = now;
                _huge.Remove(frame);
            }

            Entry();
        }
    }

    private void Mmio()
    {
        var gfn = MmioBase + (ulong)_random.Next(4);
        var first = _mmio.Add(gfn);
        if (!first && host.Intel)
        {
            _out.Add("kvm_exit", $"reason EPT_MISCONFIG rip 0x{_rip:x} info 0 0");
            _out.Add("handle_mmio_page_fault", $"addr:{gfn << 12:x} gfn {gfn:x} access 7");
        }
        else
        {
            var code = host.Code(host.Empty, new SimAccess('w'), mbec: host.Intel);
            Fault(gfn << 12, first ? code : code | 8, nested: false);
            if (first)
            {
                Requested(gfn, 0x7ff0, 1);
                _out.Add("mark_mmio_spte", $"sptep:0xffff888000002000 gfn {gfn:x} access 7 gen 2");
            }
            else
            {
                _out.Add("handle_mmio_page_fault", $"addr:{gfn << 12:x} gfn {gfn:x} access 7");
            }
        }

        _out.Add("kvm_emulate_insn", $"0:{_rip:x}:89 08 (prot64)");
        _out.Add("kvm_mmio", $"mmio write len 4 gpa 0x{gfn << 12:x} val 0x1");
        _out.Add("kvm_userspace_exit", $"reason KVM_EXIT_MMIO (6)");
        _rip += 2;
        Entry();
    }

    /// <summary>An SPTE without A/D flags is aged: its permissions are saved away, and the next access restores them.</summary>
    private void Track(ulong gfn)
    {
        if (!_l1.TryGetValue(gfn, out var spte) || !host.IsPresent(spte) || _lost.Contains(gfn)) return;
        var full = host.Spte(spte >> 12 & 0xffffffff, w: false, mmuW: true, hostW: true, xs: true, xu: true, huge: false, adOff: true);
        var tracked = (full & ~0x407UL) | (full & 0x405) << 52;
        _out.Tid = 1002;
        _out.Add("kvm_tdp_mmu_spte_changed", $"as id 0 gfn {gfn:x} level 1 old_spte {spte:x} new_spte {tracked:x}");
        _out.Tid = 1001;
        _l1[gfn] = tracked;
        L1(gfn, new SimAccess(gfn % 10 == 5 ? 'x' : 'r', gfn % 10 == 5));
    }

    private void L2()
    {
        var gfn = 0x10000 + (ulong)_random.Next(30);
        var target = gfn % 10 == 5;
        if (_random.Next(3) == 0 || !_ept12.ContainsKey(gfn)) Rewrite(gfn, target);
        var kind = target ? TargetKind() : "rwx"[_random.Next(3)];
        var a = new SimAccess(kind, target ? TargetUser() : _random.Next(2) == 0, target && bug.Id == "stage");
        _out.Add("kvm_nested_vmenter", $"rip: 0x{0x402000UL:x16} {(host.Intel ? "vmcs" : "vmcb")}: 0x{0x9000UL:x16} nested_rip: 0x{_rip:x16} int_ctl: 0x00000000 event_inj: 0x00000000 nested_{(host.Intel ? "ept" : "npt")}=y nested_{(host.Intel ? "eptp" : "cr3")}: 0x{0xa000UL:x16}");
        Entry();
        var mbec02 = host.Mbec12 || (bug.Id == "mbec-left-on" && target);
        for (var turn = 0; turn < Patience / 2; turn++)
        {
            var spte = _l2.GetValueOrDefault(gfn, host.Empty);
            if (host.Passes(spte, a, mbec02)) break;
            var code = host.Code(spte, a, mbec02);
            Fault(gfn << 12, code, nested: true);
            if (L2Fault(gfn, spte, code, a)) Repair(gfn, a, target);
            else Entry();
        }

        OtherTrip();
        Entry();
    }

    /// <summary>What the struck frames need to show the fault.</summary>
    private char TargetKind() => bug.Id switch
    {
        "grants-w" or "write-as-read" or "no-present" => 'w',
        "grants-x" or "user-bit" or "xu-ignored" or "bit10-absent" or "mbec-left-on" => 'x',
        "no-bit6" => 'w',
        _ => 'r',
    };

    private bool TargetUser() => bug.Id is "user-bit" or "xu-ignored" or "bit10-absent" or "mbec-left-on" or "no-bits-9-11";

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
        "grants-w" or "write-as-read" or "no-present" => host.Intel ? 0x35UL : 5,
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
        if (bug.Id is "user-bit" or "xu-ignored" && gfn % 10 == 5) Struck++;
        if (Strikes("bit10-absent", gfn)) (allowed, present) = (false, false);
        if (Strikes("reflect-allowed", gfn)) allowed = false;
        if (Strikes("grants-w", gfn) || Strikes("grants-x", gfn)) allowed = true;
        if (!allowed)
        {
            _out.Add("kvm_mmu_walker_error", $"pferr {(present ? 1 : 0) | (a.Write ? 2 : 0) | (userSeen ? 4 : 0):x}");
            if (Strikes("swallow", gfn)) return false;
            Inject(gfn, entry, code, a);
            return true;
        }

        Requested(gfn, gfn + 0x100, 1);
        if (Strikes("mbec-left-on", gfn) && host.IsPresent(spte)) return false;
        var w = (entry & 2) != 0 || (bug.Id == "grants-w" && gfn % 10 == 5);
        var xs = host.Intel ? (entry & 4) != 0 : entry >> 63 == 0;
        if (bug.Id == "grants-x" && gfn % 10 == 5) xs = true;
        var now = host.Spte(gfn + 0x100, w, w, hostW: true, xs, (entry >> 10 & 1) != 0, huge: false, read: (entry & 1) != 0);
        Set(gfn, spte, now, 1, nested: true);
        _l2[gfn] = now;
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
        _out.Add("kvm_nested_vmexit_inject", $"reason {reason} info1 {info:x} info2 {(host.Intel ? 0 : gpa):x} int_info 0 int_info_err 0");
        _out.Add("kvm_entry", $"vcpu 0 rip 0x402000");
    }

    /// <summary>L1 handles the exit: it widens its entry and enters L2 again.</summary>
    private void Repair(ulong gfn, SimAccess a, bool target)
    {
        OtherTrip();
        Entry();
        if (!target || bug.Id is not ("bit10-absent" or "reflect-allowed"))
        {
            var xu = host.Mbec12 ? 1UL << 10 : 0;
            _ept12[gfn] = gfn << 12 | (host.Intel ? 0x37 | xu : 7);
        }

        _l2.Remove(gfn);
        OtherTrip();
        _out.Add("kvm_nested_vmenter", $"rip: 0x{0x402000UL:x16} {(host.Intel ? "vmcs" : "vmcb")}: 0x{0x9000UL:x16} nested_rip: 0x{_rip:x16} int_ctl: 0x00000000 event_inj: 0x00000000 nested_{(host.Intel ? "ept" : "npt")}=y nested_{(host.Intel ? "eptp" : "cr3")}: 0x{0xa000UL:x16}");
        Entry();
        _ = a;
    }
}
