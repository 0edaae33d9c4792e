namespace KvmTraceLab.Tests.Replay.Simulation;

/// <summary>
/// A small KVM with one vCPU: the TDP MMU of L1, and shadow pages of one nested table for L2. It maps on demand, logs dirty
/// pages, keeps huge pages from executing, unmaps, and reflects what L1 forbids. One fault of <see cref="SimBug"/> may be
/// built in; it strikes on the frames whose number ends in 5.
/// </summary>
internal sealed partial class SimKvm(SimHost host, SimBug bug, int seed)
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
            switch (_random.Next(20))
            {
                case 0 or 1 or 2: L1(gfn, new SimAccess('r')); break;
                case 3 or 4: L1(gfn, new SimAccess('w')); break;
                case 5: L1(gfn, new SimAccess('x', _random.Next(2) == 0)); break;
                case 6: DirtyLog(); break;
                case 7: Unmap(); break;
                case 8: Huge(); break;
                case 9: Mmio(); break;
                case 10 when host.Intel: Track(gfn); break;
                case 11: HotPage(); break;
                case 12: MmioString(); break;
                case 13: Churn(gfn); break;
                case 14 when !host.Intel: SlotChange(); break;
                default: if (!host.Gmet) L2(); break;
            }
        }

        return _out.ToBytes();
    }

    private bool LooksLikeAStorm => bug.Id is "stale" or "cmpxchg" or "mmio-uncompared";

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
        var patience = LooksLikeAStorm ? Forever : Patience;
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
            if (Strikes("fast-spurious", gfn))
            {
                FastFault(0, gfn, spte, spte, "spurious 1 fixed 0");
                return;
            }

            var wanted = Strikes("fast-not-written", gfn) ? spte : spte | 2;
            FastFault(0, gfn, spte, wanted, "spurious 0 fixed 1");
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
        var xu = x && !(bug.Id == "no-xu" && gfn % 10 == 5 && StruckBy(a is { Fetch: true, User: true })) && !(tracked && Strikes("track-without-xu", gfn));
        var xs = x && !(bug.Id == "no-xs" && gfn % 10 == 5 && StruckBy(a is { Fetch: true, User: false }));
        var now = host.Spte(pfn, w, w, hostW: true, xs, xu, huge: false, adOff: tracked || (bug.Id == "track-without-xu" && (spte >> 60 & 1) != 0));
        if (bug.Id == "gmet-user" && gfn % 10 == 5 && StruckBy(a is { Fetch: true, User: false })) now |= 4;
        if (Strikes("never-readable", gfn)) now &= ~4UL;
        Set(gfn, spte, now, 1);
        _l1[gfn] = now;
        Lose(gfn);
        if (Strikes("vanish", gfn)) _l1.Remove(gfn);
        if (!Strikes("map-zap", gfn)) return;
        _out.Add("kvm_tdp_mmu_spte_changed", $"as id 0 gfn {gfn:x} level 1 old_spte {now:x} new_spte {host.Empty:x}");
        _l1.Remove(gfn);
    }

    private void FastFault(int vcpu, ulong gfn, ulong old, ulong now, string outcome) =>
        _out.Add("fast_page_fault", $"vcpu {vcpu} gva {gfn << 12 | 0x10:x} error_code P|W{(host.Intel ? "" : "|U")} sptep 0xffff888000001000 old 0x{old:x} new {now:x} {outcome}");

    private bool StruckBy(bool isDenied)
    {
        if (isDenied) Struck++;
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

    /// <summary>Dirty logging and a page that two vCPUs write all the time: the other one is quicker, and the fault is found spurious.</summary>
    private void HotPage()
    {
        var gfn = 0x1000 + (ulong)_random.Next(48);
        L1(gfn, new SimAccess('w'));
        if (_lost.Contains(gfn) || !_l1.TryGetValue(gfn, out var spte) || (spte & 2) == 0) return;
        var guarded = spte & ~2UL;
        var code = host.Code(guarded, new SimAccess('w'), mbec: host.Intel);
        for (var round = 0; round < 3; round++)
        {
            _out.Tid = 1002;
            _out.Add("kvm_tdp_mmu_spte_changed", $"as id 0 gfn {gfn:x} level 1 old_spte {spte:x} new_spte {guarded:x}");
            _out.Tid = 1001;
            Fault(gfn << 12 | 0x10, code, nested: false);
            _out.Tid = 1004;
            FastFault(1, gfn, guarded, spte, "spurious 0 fixed 1");
            _out.Add("kvm_entry", $"vcpu 1 rip 0x{_rip:x}");
            _out.Tid = 1001;
            FastFault(0, gfn, spte, spte, "spurious 1 fixed 0");
            Entry();
        }
    }

    /// <summary>A page that another thread takes away as soon as it is mapped.</summary>
    private void Churn(ulong gfn)
    {
        if (gfn % 10 == 5) return;
        for (var round = 0; round < 10; round++)
        {
            L1(gfn, new SimAccess('r'));
            if (!_l1.TryGetValue(gfn, out var spte)) return;
            _out.Tid = 1003;
            _out.Add("kvm_unmap_hva_range", $"mmu notifier unmap range: 0x{0x7f00_0000_0000 + (gfn << 12):x16} -- 0x{0x7f00_0000_1000 + (gfn << 12):x16}");
            _out.Add("kvm_tdp_mmu_spte_changed", $"as id 0 gfn {gfn:x} level 1 old_spte {spte:x} new_spte {host.Empty:x}");
            _out.Tid = 1001;
            _l1.Remove(gfn);
        }
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

    private void Mmio() => Mmio(MmioBase + (ulong)_random.Next(4), length: 2);

    /// <summary>A string instruction on a device: the same rip and page, emulated again and again.</summary>
    private void MmioString()
    {
        var gfn = MmioBase + (ulong)_random.Next(4);
        for (var turn = 0; turn < 12 && !_stuck; turn++) Mmio(gfn, length: 0);
    }

    private void Mmio(ulong gfn, ulong length)
    {
        var first = _mmio.Add(gfn);
        if (first)
        {
            Fault(gfn << 12, host.Code(host.Empty, new SimAccess('w'), mbec: host.Intel), nested: false);
            Requested(gfn, 0x7ff0, 1);
            _out.Add("mark_mmio_spte", $"sptep:0xffff888000002000 gfn {gfn:x} access 7 gen 2");
            _out.Add("kvm_tdp_mmu_spte_changed", $"as id 0 gfn {gfn:x} level 1 old_spte {host.Empty:x} new_spte {host.Mmio(gfn):x}");
        }

        var patience = LooksLikeAStorm ? Forever : Patience;
        for (var turn = 0; !first && turn < patience; turn++)
        {
            MetMmio(gfn);
            if (!Strikes("mmio-uncompared", gfn))
            {
                _out.Add("check_mmio_spte", $"spte {host.Mmio(gfn):x} kvm_gen 2 spte-gen 2 valid 1");
                _out.Add("handle_mmio_page_fault", $"addr:{gfn << 12:x} gfn {gfn:x} access 7");
                if (!Strikes("mmio-retry", gfn)) break;
            }

            Entry();
            _stuck = turn == patience - 1;
        }

        if (_stuck) return;
        _out.Add("kvm_emulate_insn", $"0:{_rip:x}:89 08 (prot64)");
        _out.Add("kvm_mmio", $"mmio write len 4 gpa 0x{gfn << 12:x} val 0x1");
        _out.Add("kvm_userspace_exit", $"reason KVM_EXIT_MMIO (6)");
        _rip += length;
        Entry();
    }

    private void MetMmio(ulong gfn)
    {
        if (host.Intel) _out.Add("kvm_exit", $"reason EPT_MISCONFIG rip 0x{_rip:x} info 0 0");
        else Fault(gfn << 12, host.Code(host.Empty, new SimAccess('w'), mbec: false) | 9, nested: false);
    }

    /// <summary>Memslots change, and a frame that is known as MMIO is met: KVM compares nothing and lets the guest try again.</summary>
    private void SlotChange()
    {
        if (_mmio.Count == 0) return;
        var gfn = _mmio.Min();
        var turns = _random.Next(1, 40);
        for (var turn = 0; turn < turns; turn++)
        {
            MetMmio(gfn);
            Entry();
        }

        _out.Tid = 1003;
        _out.Add("kvm_mmu_zap_all_fast", $"kvm-mmu-valid-gen 1 used_pages 5");
        _out.Tid = 1001;
        _l1.Clear();
        _huge.Clear();
        _l2.Clear();
        _lost.Clear();
        _mmio.Clear();
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
}
