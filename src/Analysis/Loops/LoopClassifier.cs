using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>Turns a finished run into a loop: where it begins, what varies, what kind it is.</summary>
internal static class LoopClassifier
{
    /// <summary>Ticks of the host come at most this often (CONFIG_HZ up to 1000, and some more).</summary>
    private const double MaxTickRate = 1500;

    private static readonly int ExitReason = KnownKinds.Slot("kvm_exit", "exit_reason");
    private static readonly int ExitIsa = KnownKinds.Slot("kvm_exit", "isa");
    private static readonly int ExitRip = KnownKinds.Slot("kvm_exit", "guest_rip");
    private static readonly int EmulateFailed = KnownKinds.Slot("kvm_emulate_insn", "failed");
    private static readonly int UserspaceReason = KnownKinds.Slot("kvm_userspace_exit", "reason");
    private static readonly int UserspaceError = KnownKinds.Slot("kvm_userspace_exit", "error");
    private static readonly int EntryRip = KnownKinds.Slot("kvm_entry", "rip");

    /// <summary>The loop, or null where the period holds no kvm_exit.</summary>
    public static Loop? Make(VcpuLane lane, LoopRun run, bool isSweep)
    {
        var first = Array.FindIndex(run.Template!, e => KnownKinds.IsExit(e.Kind));
        if (first < 0) return null;
        var events = new LoopEvent[run.Period];
        for (var i = 0; i < run.Period; i++)
        {
            var at = (first + i) % run.Period;
            events[i] = new LoopEvent(run.Template![at], run.Varying![at]);
        }

        var exits = events.Where(e => KnownKinds.IsExit(e.Event.Kind)).ToList();
        var hasTime = run.Template!.All(e => e.HasTime);
        var rips = Rips(events);
        var rate = hasTime && run.EndTime > run.StartTime ? run.Iterations * 1e9 / (run.EndTime - run.StartTime) : 0;
        return new Loop
        {
            Tid = lane.Tid,
            Vcpu = lane.Vcpu,
            Comm = lane.Comm,
            StartNs = run.StartTime,
            EndNs = run.EndTime,
            HasTime = hasTime,
            FirstEvent = run.FirstEvent,
            LastEvent = run.LastEvent,
            Iterations = run.Iterations,
            Interruptions = run.Interruptions,
            Events = events,
            Kind = isSweep ? LoopKind.Sweep : KindOf(lane, events, exits, rate),
            Progress = isSweep ? LoopProgress.Address : ProgressOf(events),
            Reason = ReasonOf(exits[0].Event, lane),
            Rips = rips,
            ExitsPerPeriod = exits.Count,
            PrecededBy = run.Before,
            InterruptReasons = run.InterruptReasons,
        };
    }

    public static string ReasonOf(SavedEvent exit, VcpuLane lane)
    {
        if (!exit.Has(ExitReason)) return "UNKNOWN";
        return ExitReasonVocabulary.ReportName(IsaOf(exit, lane), (uint)exit[ExitReason]);
    }

    private static Isa IsaOf(SavedEvent exit, VcpuLane lane) => (Isa)exit[ExitIsa] is var told && told == Isa.Unknown ? lane.Isa : told;

    /// <summary>Whether the exit is of that class.</summary>
    private static bool Is(Func<Isa, uint, bool> of, SavedEvent exit, VcpuLane lane)
    {
        if (!exit.Has(ExitReason)) return false;
        var isa = IsaOf(exit, lane);
        var reason = (uint)exit[ExitReason];
        return isa is Isa.Vmx or Isa.Unknown ? of(Isa.Vmx, reason & 0xffff) : of(isa, reason);
    }

    private static List<ulong> Rips(LoopEvent[] events)
    {
        var rips = new List<ulong>();
        foreach (var e in events)
        {
            var slot = KnownKinds.IsExit(e.Event.Kind) ? ExitRip : KnownKinds.IsEntry(e.Event.Kind) ? EntryRip : -1;
            if (slot < 0 || !e.Event.Has(slot) || rips.Contains(e.Event[slot])) continue;
            rips.Add(e.Event[slot]);
        }

        return rips;
    }

    private static LoopProgress ProgressOf(LoopEvent[] events)
    {
        foreach (var e in events)
        {
            if (e.Event.Shape is not { } shape || e.Event.Name.StartsWith("kvm_mmu_", StringComparison.Ordinal)) continue;
            for (var slot = 0; slot < shape.Fields.Count; slot++)
                if (shape.Fields[slot].Role == FieldRole.Value && (e.Varying >> slot & 1) != 0) return LoopProgress.Value;
        }

        foreach (var e in events)
        {
            if (e.Event.Shape is not { } shape) continue;
            for (var slot = 0; slot < shape.Fields.Count; slot++)
                if (shape.Fields[slot].Role == FieldRole.Address && (e.Varying >> slot & 1) != 0) return LoopProgress.Address;
        }

        var exitRips = events.Where(e => KnownKinds.IsExit(e.Event.Kind) && e.Event.HasFields).Select(e => e.Event[ExitRip]).ToHashSet();
        var entries = events.Where(e => KnownKinds.IsEntry(e.Event.Kind) && e.Event.Has(EntryRip)).Select(e => e.Event[EntryRip]);
        return entries.Any(rip => !exitRips.Contains(rip)) || exitRips.Count > 1 ? LoopProgress.Rip : LoopProgress.None;
    }

    private static LoopKind KindOf(VcpuLane lane, LoopEvent[] events, List<LoopEvent> exits, double rate)
    {
        if (events.Any(IsEmulationFailure)) return LoopKind.EmulationFailure;
        var reasons = exits.ConvertAll(e => ReasonOf(e.Event, lane));
        if (exits.TrueForAll(e => Is(ExitClass.IsHalt, e.Event, lane)) || (exits.Count == 1 && events.Any(e => e.Event.Name == "kvm_exit_idle"))) return LoopKind.Idle;
        if (exits.TrueForAll(e => Is(ExitClass.IsHostInterrupt, e.Event, lane)) || reasons.TrueForAll(r => r == "IRQ")) return rate > 0 && rate <= MaxTickRate ? LoopKind.HostTick : LoopKind.InterruptStorm;
        if (events.Any(e => e.Event.Name is "kvm_nested_vmexit_inject" or "kvm_nested_vmenter" or "kvm_nested_vmrun")) return LoopKind.NestedBounce;
        var device = events.Any(e => e.Event.Name is "kvm_mmio" or "kvm_pio" or "kvm_fast_mmio" or "vcpu_match_mmio");
        if (!device && reasons.Exists(IsFault)) return LoopKind.FaultLivelock;
        if (!device && reasons.TrueForAll(r => r == "EPT_MISCONFIG") && Stays(events))
            return events.Any(e => e.Event.Name is "kvm_userspace_exit" or "kvm_emulate_insn") ? LoopKind.Other : LoopKind.FaultLivelock;
        if (reasons.Exists(r => r is "INTERRUPT_WINDOW" or "NMI_WINDOW" or "EXIT_VINTR")) return LoopKind.InterruptStorm;
        if (events.Any(e => Accesses(e) is false)) return LoopKind.GuestPoll;
        if (events.Any(e => Accesses(e) is true)) return LoopKind.Other;
        return device || reasons.TrueForAll(IsPoll) ? LoopKind.GuestPoll : LoopKind.Other;
    }

    /// <summary>The guest is entered again where it left, each time: nothing was read for it.</summary>
    private static bool Stays(LoopEvent[] events)
    {
        var exits = events.Where(e => KnownKinds.IsExit(e.Event.Kind) && e.Event.HasFields).Select(e => e.Event[ExitRip]).ToHashSet();
        var entries = events.Where(e => KnownKinds.IsEntry(e.Event.Kind) && e.Event.Has(EntryRip)).Select(e => e.Event[EntryRip]).ToHashSet();
        return exits.Count == 1 && entries.SetEquals(exits);
    }

    /// <summary>Whether a port, MSR, register or device is written (true) or read (false): a poll reads, a doorbell or a timer write polls nothing.</summary>
    private static bool? Accesses(LoopEvent e)
    {
        if (e.Event.Name == "kvm_fast_mmio") return true;
        if (e.Event.Name is not ("kvm_pio" or "kvm_msr" or "kvm_mmio" or "kvm_apic") || !e.Event.HasFields) return null;
        const ulong MmioWrite = 2;
        return e.Event.Name == "kvm_mmio" ? e.Event[0] == MmioWrite : e.Event[0] != 0;
    }

    private static bool IsEmulationFailure(LoopEvent e)
    {
        const ulong InternalError = 17; // KVM_EXIT_INTERNAL_ERROR
        return e.Event.Name switch
        {
            "kvm_emulate_insn" => e.Event.HasFields && e.Event[EmulateFailed] != 0,
            "kvm_userspace_exit" => e.Event.Has(UserspaceReason) && !e.Event.Has(UserspaceError) && e.Event[UserspaceReason] == InternalError,
            _ => false,
        };
    }

    private static bool IsFault(string reason) => reason is "EPT_VIOLATION" or "EXIT_NPF" or "EXIT_EXCP_PF";

    private static bool IsPoll(string reason) =>
        reason is "IO_INSTRUCTION" or "EXIT_IOIO" or "MSR_READ" or "EXIT_MSR" or "CPUID" or "EXIT_CPUID" or "RDTSC" or "EXIT_RDTSC" or "RDTSCP"
            or "EXIT_RDTSCP" or "APIC_ACCESS" or "EPT_MISCONFIG" or "PAUSE_INSTRUCTION" or "EXIT_PAUSE";
}
