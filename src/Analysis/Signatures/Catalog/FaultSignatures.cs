using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Parser.Events.Vocabulary;

namespace KvmTraceLab.Analysis.Signatures.Catalog;

/// <summary>Nested page faults that repeat, are refused, or only look like trouble.</summary>
internal static class FaultSignatures
{
    private const TripMarks Resolved = TripMarks.SpteSet | TripMarks.FastFaultDone | TripMarks.Mmio | TripMarks.FastMmio | TripMarks.Emulate | TripMarks.Userspace | TripMarks.DirtyRing;

    private static readonly EvidenceScope[] SameFault = [EvidenceScope.Loop, EvidenceScope.SameFault];

    public static Signature StaleMmuSequence { get; } = new(
        "L02",
        "Looks like a livelock: the same fault again and again, and KVM does nothing about it",
        "KVM takes every fault for stale, or drops it, and enters the guest again. A known case is 5.19-6.1, where the snapshot of mmu_invalidate_seq was an int that sign-extends once the sequence passes 0x80000000.",
        "Record with `trace-cmd record -e kvm -e kvmmmu` to see whether an SPTE is ever requested or set; compare pf_taken with pf_fixed in kvm_stat; on 6.1.y check for commit 82d811ff5665.",
        "Rak, \"Deadlock due to EPT_VIOLATION\", KVM list 2023-05")
    {
        Blame = Blame.Kvm,
        Shows = TripMarks.PageFault,
        Fits =
        [
            new Discriminators { In = SameFault, Reasons = Reasons.Fault, None = Resolved | TripMarks.NestedInject | TripMarks.SpteRequested | TripMarks.WalkError, MaxRips = 1, And = StaysStuck, AndText = "same RIP, page and code, no SPTE set, never free again; RIP not hidden (0); 16 turns, or 4 where they are all of an excerpt" },
        ],
        Because = f => Words(f),
        Limit = f => f.Evidence.Turns < 64 ? Confidence.Low : f.Facts.Of(TripMarks.MmuEvent) > 0 && IsAbsent(f) ? Confidence.High : Confidence.Medium,
    };

    public static Signature LongInvalidation { get; } = new(
        "L03",
        "Faults are retried for as long as the host invalidates the range, then go on",
        "Host memory management (KSM, NUMA balancing) holds an invalidation; vCPUs retry their faults under mmu_lock meanwhile and the guest freezes.",
        "Turn off NUMA balancing or KSM and record again; the fix retries before mmu_lock is taken (\"Retry fault before acquiring mmu_lock if mapping is changing\").",
        "Weber, Proxmox, KVM list 2024-01")
    {
        Blame = Blame.Host,
        Most = Confidence.Medium,
        Fits =
        [
            new Discriminators
            {
                In = [EvidenceScope.SameFault], Reasons = Reasons.Fault, None = TripMarks.SpteSet, MinTurns = 64, And = e => e.Stuck is { CameFree: true } s && s.EndNs - s.StartNs >= 10_000_000 && e.HasTime,
                AndText = "at least 10 ms of one fault, after which the vCPU goes on",
            },
        ],
        Because = f => [$"The row lasted {f.Duration(f.Evidence.EndNs - f.Evidence.StartNs)} and then the vCPU went on; the host unmapped pages {f.Evidence.Stuck!.HostUnmaps} times meanwhile."],
        Limit = f => f.Evidence.Stuck!.HostUnmaps > 0 ? Confidence.Medium : Confidence.Low,
    };

    public static Signature PfnMapTailPages { get; } = new(
        "L04",
        "Neighbouring pages of one block: the head is mapped, the others are refused",
        "Memory of VM_PFNMAP whose tail pages have no reference count is refused by hva_to_pfn_remapped().",
        "Look at what backs the slot (VM_PFNMAP, /proc/PID/smaps); find faults without kvm_mmu_spte_requested.",
        "KVM list, PFNMAP tail pages")
    {
        Blame = Blame.Kvm,
        Most = Confidence.Medium,
        Fits =
        [
            new Discriminators { In = Reasons.Vcpu, And = TailRefused, AndText = "KVM_RUN fails with EFAULT for a page whose neighbour in the same 2 MiB block got an SPTE; the refused page never does; kvmmmu events are there" },
            new Discriminators { In = Reasons.Trace, MinTurns = 0, And = e => e.Facts.Exits == 0 && Refused(e.Facts.RefusedFrames, e.Facts.MappedFrames) > 0, AndText = "the same once, in an excerpt without exits" },
        ],
        Limit = f => f.Evidence.Scope == EvidenceScope.Trace ? Confidence.Low : Confidence.Medium,
        Because = f => [$"KVM_RUN failed with EFAULT on {Finding.Count(f.Lane?.RefusedFrames.Count ?? f.Facts.RefusedFrames.Count, "page")} beside pages that were mapped."],
    };

    public static Signature IdtInMmio { get; } = new(
        "L05",
        "Fault while an exception is delivered, emulation fails, #UD, and again",
        "The guest's IDT (or stack) lies in MMIO or in no memory, so delivering an exception faults; older kernels emulate the wrong instruction instead of seeing the vectoring.",
        "Check the guest's IDT base against the memory slots; kernels since 6.14 leave to user space with KVM_INTERNAL_ERROR_DELIVERY_EV.",
        "Christopherson, KVM list 2025-01 (KVM_INTERNAL_ERROR on EPT violation during vectoring)")
    {
        Blame = Blame.Guest,
        Shows = TripMarks.VectoringException | TripMarks.EmulateFailed,
        Fits = [new Discriminators { In = Reasons.Turns, Reasons = ["EPT_VIOLATION", "EPT_MISCONFIG"], And = VectoringFails, AndText = "the exit broke into an exception's delivery (IDT-vectoring information valid) and kvm_emulate_insn failed" }],
        Because = f => [$"{f.Evidence.Spot?.Of(TripMarks.VectoringException) ?? f.Evidence.Turns} exits broke into the delivery of an exception and {f.Evidence.Spot?.Of(TripMarks.EmulateFailed) ?? f.Evidence.Turns} emulations failed there."],
    };

    public static Signature ReadOnlySlotProtected { get; } = new(
        "L06",
        "Protected guest writes to a read-only slot for ever",
        "KVM never makes an MMIO SPTE and never emulates for SEV-ES/SNP guests, so a write to a read-only slot faults for ever.",
        "Do not give protected guests read-only slots (firmware); kernels that refuse them have the fix.",
        "KVM list, read-only memslots for SEV guests")
    {
        Blame = Blame.Vmm,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = SameFault, Reasons = ["EXIT_NPF"], Isa = Isa.Svm, MinTurns = 16, None = TripMarks.Emulate | TripMarks.Userspace, And = e => e.Rips is [0, ..] && CodeOf(e) is { } code && (code & 2) != 0 && (code & RmpBits) == 0, AndText = "RIP 0 (not shown for protected guests), a write, not an RMP fault" }],
    };

    public static Signature RmpChurn { get; } = new(
        "L07",
        "SEV-SNP: faults of the reverse map on few pages",
        "RMP faults and page-state changes; normal while their number is bounded.",
        "Compare their number with the VMGEXIT page-state changes; decode bits 31-36 of the code with `ktl mmu decode --npf CODE`.",
        "SEV-SNP benchmark notes")
    {
        InRow = false,
        Blame = Blame.Normal,
        Fits = [new Discriminators { In = Reasons.Turns, Reasons = ["EXIT_NPF"], Isa = Isa.Svm, Any = TripMarks.RmpFault, And = e => e.Rips is [0, ..], AndText = "RIP 0 and an RMP, size or VMPL bit in the code" }],
        Because = f => [$"{f.Evidence.Spot?.Of(TripMarks.RmpFault) ?? f.Evidence.Turns} of {f.Evidence.Spot?.Count ?? f.Evidence.Count} such faults have bits 31, 35 or 36 set (first code {Numbers.Hex(f.Evidence.Spot?.Info1 ?? 0)})."],
        Limit = f => f.Evidence.Count >= 64 ? Confidence.High : Confidence.Low,
    };

    public static Signature FetchWithoutSlot { get; } = new(
        "L08",
        "Instruction fetch from where there is no memory; emulation has no bytes and fails",
        "RIP points to no memory slot (a jump into the void, or APs started there), or execution is denied by MBEC/GMET.",
        "Compare RIP with the slot list (QEMU: info mtree); with --overcommit cpu-pm=on see the thread.",
        "Li, \"KVM: SVM: avoid infinite loop on NPF from bad address\", KVM list 2020")
    {
        Blame = Blame.Guest,
        Most = Confidence.Medium,
        Shows = TripMarks.EmulateFailed,
        Fits = [new Discriminators { In = Reasons.Turns, Reasons = Reasons.Fault, All = TripMarks.FetchFault | TripMarks.EmulateFailed | TripMarks.EmulateNoBytes }],
        Because = f => f.Evidence.Any(TripMarks.UserInternalError) ? ["KVM_RUN then left with KVM_EXIT_INTERNAL_ERROR: the VM stops there."] : [],
    };

    public static Signature VectoringNpf { get; } = new(
        "L09",
        "Endless #NPF while an exception is delivered",
        "The guest's IDT or stack lies in a slot that was deleted: each delivery faults again.",
        "Check the slot list against the guest's IDT and stack.",
        "KVM selftests")
    {
        Blame = Blame.Guest,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = [EvidenceScope.SameFault], Reasons = ["EXIT_NPF"], Isa = Isa.Svm, None = TripMarks.SpteSet, MinTurns = 16, And = e => e.Stuck!.Vectoring * 10 >= e.Turns * 9, AndText = "EXITINTINFO holds an exception in nine of ten turns" }],
    };

    public static Signature PageCrossing { get; } = new(
        "L10",
        "An instruction that crosses a page faults on its two pages in turn",
        "The two pages are never executable at the same time: a split-view hypervisor (hooks, VBS, GMET) switches views at each fault.",
        "Look at the instruction at that RIP; the hypervisor must emulate it, or map both pages.",
        "KVM list")
    {
        Blame = Blame.Guest,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = Reasons.Turns, Reasons = Reasons.Fault, MinTurns = 8, And = Alternates, AndText = "RIP in the last 15 bytes of a page, fetches from exactly two pages, another page each time" }],
        Because = f => [$"{f.Evidence.Spot!.AddressChanges} of {f.Evidence.Spot.Count} faults hit the other page than the one before."],
    };

    public static Signature MmioDoorbells { get; } = new(
        "L23",
        "MMIO doorbells (virtio and other devices)",
        "Normal device access. It costs much only where each one goes to user space because no ioeventfd is registered.",
        "Count the exits that reach user space (kvm_userspace_exit KVM_EXIT_MMIO); use ioeventfd or vhost for those.",
        "general knowledge")
    {
        InRow = false,
        Blame = Blame.Normal,
        Fits =
        [
            new Discriminators { In = Reasons.Turns, Reasons = Reasons.Misconfig, MinCount = 16, MinShare = 0.2, Any = TripMarks.Mmio | TripMarks.FastMmio, None = TripMarks.EmulateFailed, And = e => e.Spot is { Count: >= 16 } s && s.Of(TripMarks.Mmio | TripMarks.FastMmio) * 10 >= s.Count * 9 && s.ShareOf(TripMarks.Apic) < 0.5, AndText = "an MMIO access follows nine of ten, at one place; not the local APIC's" },
        ],
        Because = f => Doorbells(f),
    };

    public static Signature HostPageRefused { get; } = new(
        "L38",
        "A fault that KVM_RUN fails on (EFAULT), and the VMM tries again",
        "A host page that cannot be mapped (vdso, vvar) lies in guest-physical space.",
        "Keep such pages out of the guest's map; find the host address behind that GPA.",
        "gVisor issue 6757")
    {
        Blame = Blame.Vmm,
        Shows = TripMarks.UserFault,
        Fits = [new Discriminators { In = Reasons.Turns, Reasons = Reasons.Fault, All = TripMarks.UserFault, None = TripMarks.SpteSet, And = IsRefusedAgain, AndText = "the same page at least twice, or KVM_RUN failed so at least twice in an excerpt of less than 64 exits" }],
        Limit = f => f.Evidence.Any(TripMarks.FastFaultFailed) ? Confidence.High : Confidence.Medium,
    };

    /// <summary>
    /// The turns of a loop are of one page, though other pages may have faulted there too. An excerpt may begin behind the exit and end with
    /// the next: the failures of KVM_RUN tell that it was tried again.
    /// </summary>
    private static bool IsRefusedAgain(Evidence e) =>
        (e.Loop is not null || e.Spot is null or { Addresses: <= 1 }) && (e.Turns >= 2 || (e.Facts.Exits < 64 && e.Facts.Of(TripMarks.UserFault) >= 2));

    public static Signature SharedRangeHuge { get; } = new(
        "L39",
        "A 2 MiB mapping over a private/shared range, then shutdown",
        "Conversion of guest_memfd ranges and THP coalescing disagree on the mapping level.",
        "Cap the mapping level; update the kernel.",
        "KVM list")
    {
        Blame = Blame.Kvm,
        ListedOnly = "Traces do not say which ranges are private or shared, so a 2 MiB mapping over both cannot be told from a plain one.",
    };

    public static Signature DirtyRingTwice { get; } = new(
        "L40",
        "Two faults a page while dirty pages are logged",
        "Without PML a page faults twice: not present, then write-protected for the dirty ring. Normal, since the address moves on.",
        "Nothing to fix; PML or larger pages make it cheaper.",
        "KVM list, [PATCH RFC 00/15] KVM: Dirty ring interface")
    {
        InRow = false,
        Blame = Blame.Normal,
        Shows = TripMarks.DirtyRing,
        Fits = [new Discriminators { In = Reasons.Spot, Reasons = Reasons.Fault, Any = TripMarks.DirtyRing, And = e => e.Spot is { } s && s.Addresses > 1 && s.Of(TripMarks.DirtyRing) is >= 2 and var ring && ring * 4 >= s.Count && s.AddressChanges * 4 >= s.Count, AndText = "a dirty-ring push in every second fault; the page advances" }],
        Because = f => [$"{f.Evidence.Spot!.Count} faults at that place, {f.Evidence.Spot.Of(TripMarks.DirtyRing)} of them with a dirty-ring push; the page changed {f.Evidence.Spot.AddressChanges} times."],
    };

    public static Signature SmepShadowPages { get; } = new(
        "L43",
        "Toggling CR4.SMEP builds separate shadow pages",
        "Since 7.2 cr4_smep is part of a shadow page's role whatever CR0.WP is: each change of CR4.SMEP under shadow paging uses its own set of shadow pages.",
        "Find what changes CR4.SMEP in the guest; use EPT/NPT (ept=1, npt=1) if shadow paging is not wanted.",
        "own; role as described in [PATCH v6 00/28] KVM: combined patchset for MBEC/GMET support")
    {
        Blame = Blame.Guest,
        Fits = [new Discriminators { In = Reasons.Vcpu, And = e => e.Lane!.SmepToggles >= 4 && BothRoles(e.Facts) > 0, AndText = "CR4.SMEP changed at least four times, and one gfn has shadow (not direct) pages with cr4_smep set and clear" }],
        Because = f => [$"CR4.SMEP changed {f.Lane!.SmepToggles} times in {f.Lane.Cr4Count} writes of CR4 on {f.Who}; {BothRoles(f.Facts)} of {f.Facts.ShadowSmep.Count} shadow pages exist with cr4_smep set and clear."],
    };

    public static Signature SetYetFaults { get; } = new(
        "K01",
        "The same fault again though KVM handles it each time",
        "The SPTE that KVM sets does not grant what the access needs, or is not set after all, or the processor does not see it (a missing TLB flush).",
        "Run `ktl replay FILE`: it judges each fault against the SPTE that was set.",
        "own")
    {
        Blame = Blame.Kvm,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = SameFault, MinTurns = 16, And = MapsEachTurn, AndText = "a livelock of faults: an SPTE asked for or set, or fast_page_fault done, in every turn, and no unmap by the host in every second one" }],
        Because = f => RowOf(f.Evidence) is not { } stuck ? [] : [$"{(stuck.SpteSet > 0 ? "An SPTE was asked for or set" : "fast_page_fault said that it was done")} in each of {stuck.Turns} turns for address {Numbers.Hex(stuck.Gpa)} (code {Numbers.Hex(stuck.Code)})."],
    };

    public static Signature DeniedNotReflected { get; } = new(
        "K02",
        "L2 faults again and again: L1's tables deny it, and L0 neither reflects nor maps",
        "The walk of L1's tables fails, so the exit belongs to L1, but L0 enters L2 again.",
        "Run `ktl replay FILE`: it names the access and the rule that should have reflected it.",
        "own")
    {
        Blame = Blame.Kvm,
        Most = Confidence.Medium,
        Fits = [new Discriminators { In = SameFault, Reasons = Reasons.Fault, None = TripMarks.SpteSet | TripMarks.NestedInject, MinTurns = 16, And = e => e.Stuck is { } s && s.WalkErrors * 10 >= s.Turns * 9, AndText = "kvm_mmu_walker_error in nine of ten turns, no kvm_nested_vmexit_inject" }],
        Because = f => [$"The walk failed in {f.Evidence.Stuck!.WalkErrors} of {f.Evidence.Turns} turns for address {Numbers.Hex(f.Evidence.Stuck.Gpa)} (code {Numbers.Hex(f.Evidence.Stuck.Code)}) and nothing was handed to L1."],
    };

    private const ulong RmpBits = 1UL << 31 | 1UL << 35 | 1UL << 36;

    private static bool MapsEachTurn(Evidence e) => RowOf(e) is { } row
        ? (row.SpteSet == row.Turns || row.FastDone == row.Turns) && row.HostUnmaps * 2 < row.Turns
        : e.Loop is { Kind: LoopKind.FaultLivelock } && e.Any(TripMarks.SpteSet | TripMarks.SpteRequested | TripMarks.FastFaultDone);

    /// <summary>The row of faults that makes up the evidence: a shorter one may only lie beside a loop.</summary>
    private static StuckRun? RowOf(Evidence e) => e.Stuck is { } row && row.Turns * 2 >= e.Turns ? row : null;

    private static ulong? CodeOf(Evidence e) => e.Stuck?.Code ?? e.Spot?.Info1;

    /// <summary>
    /// Retries that end are daily bread, so a row counts only where it goes on to the end of what was recorded, and in an
    /// excerpt only where it is nearly all there is. Protected guests show RIP 0: that is no sign of standing still.
    /// </summary>
    private static bool StaysStuck(Evidence e)
    {
        if (e.Stuck is not { CameFree: false, Rip: not 0 } stuck || stuck.SpteSet > 0 || stuck.WalkErrors > 0 || stuck.FastDone > 0 || stuck.Vectoring * 2 > stuck.Turns) return false;
        return stuck.Turns >= Finding.FewTurns || (stuck.Turns >= 4 && stuck.Turns * 10 >= e.Lane!.Guest.Count * 8);
    }

    /// <summary>The code says that nothing was mapped: no permission bit of the walk on VMX (a page-walk access has bit 6 too), P clear on SVM.</summary>
    private static bool IsAbsent(Finding f) =>
        f.Evidence.Stuck is { } stuck && (f.Evidence.Isa == Isa.Svm ? (stuck.Code & 1) == 0 : (stuck.Code & 0x38) == 0);

    private static IEnumerable<string> Words(Finding f)
    {
        if (f.Evidence.Stuck is not { } stuck) yield break;
        yield return $"GPA {Numbers.Hex(stuck.Gpa)}, code {Numbers.Hex(stuck.Code)}: {(IsAbsent(f) ? "each time the page was not mapped" : "each time the page was mapped without the permission (in the known case it was not mapped)")}, and the trace has no SPTE set in between.";
        if (f.Run.Info.Kernel is { } kernel) yield return $"The trace was recorded on {kernel}.";
        if (stuck.Reinjected > 0) yield return $"An event was injected again in {stuck.Reinjected} turns, so the guest never takes it.";
        if (f.Facts.Of(TripMarks.MmuEvent) == 0) yield return "The trace has no kvmmmu events, so it cannot show whether an SPTE was asked for: record with `trace-cmd record -e kvm -e kvmmmu`.";
    }

    private static bool TailRefused(Evidence e)
    {
        var lane = e.Lane!;
        return lane.RefusedFrames.Count >= 2 && e.Facts.Of(TripMarks.MmuEvent) > 0 && Refused(lane.RefusedFrames, lane.MappedFrames) >= 2;
    }

    /// <summary>Pages that were refused, never mapped, and have a mapped neighbour in their 2 MiB block.</summary>
    private static int Refused(HashSet<ulong> refused, HashSet<ulong> mapped)
    {
        var blocks = mapped.Select(f => f >> 9).ToHashSet();
        return refused.Count(f => blocks.Contains(f >> 9) && !mapped.Contains(f));
    }

    private static bool VectoringFails(Evidence e) => e.Loop is not null
        ? e.All(TripMarks.VectoringException | TripMarks.EmulateFailed)
        : e.Spot is { } s && s.Of(TripMarks.VectoringException) * 2 > s.Count && s.Of(TripMarks.EmulateFailed) * 2 >= s.Count;

    private static bool Alternates(Evidence e) =>
        e.Spot is { Addresses: 2 } s && (s.Key.Rip & 0xfff) >= 0xff1 && s.Count >= 8 && s.AddressChanges * 10 >= (s.Count - 1) * 9 && s.ShareOf(TripMarks.FetchFault) > 0.9;

    private static int BothRoles(TraceFacts facts) => facts.ShadowSmep.Values.Count(v => v == 3);

    private static IEnumerable<string> Doorbells(Finding f)
    {
        var spot = f.Evidence.Spot!;
        var user = spot.Of(TripMarks.Userspace);
        yield return user * 2 > spot.Count
            ? $"{user} of {spot.Count} went to user space: no ioeventfd takes them."
            : $"{spot.Count - user} of {spot.Count} stayed in the kernel ({spot.Of(TripMarks.FastMmio)} as fast MMIO).";
    }
}
