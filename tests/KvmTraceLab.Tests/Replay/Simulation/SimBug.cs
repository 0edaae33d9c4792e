namespace KvmTraceLab.Tests.Replay.Simulation;

/// <summary>The single fault built into a simulated KVM, and what the replay should make of it.</summary>
internal sealed record SimBug(string Id, string Host, string Verdict, string Hypothesis)
{
    public static SimBug None(string host) => new("none", host, "", "");

    /// <summary>Hosts that a healthy run is made for.</summary>
    public static IReadOnlyList<string> Hosts { get; } = ["intel72", "intel72-nombec12", "amd61", "amd72-gmet"];

    public static IReadOnlyList<SimBug> All { get; } =
    [
        new("stale", "intel72", "LIVELOCK", "stale-mmu-seq"),
        new("stale", "amd61", "LIVELOCK", "stale-mmu-seq"),
        new("cmpxchg", "intel72", "LIVELOCK", "cmpxchg-retry"),
        new("cmpxchg", "amd61", "LIVELOCK", "cmpxchg-retry"),
        new("never-writable", "intel72", "LIVELOCK_NO_PROGRESS_SPTE", "spte-never-writable"),
        new("never-writable", "amd61", "LIVELOCK_NO_PROGRESS_SPTE", "spte-never-writable"),
        new("never-executable", "intel72", "LIVELOCK_NO_PROGRESS_SPTE", "spte-never-executable"),
        new("never-executable", "amd61", "LIVELOCK_NO_PROGRESS_SPTE", "spte-never-executable"),
        new("huge-never-split", "intel72", "LIVELOCK_NO_PROGRESS_SPTE", "nx-huge-never-split"),
        new("huge-never-split", "amd61", "LIVELOCK_NO_PROGRESS_SPTE", "nx-huge-never-split"),
        new("fast-not-written", "intel72", "LIVELOCK_NO_PROGRESS_SPTE", "fast-path-not-written"),
        new("fast-not-written", "amd61", "LIVELOCK_NO_PROGRESS_SPTE", "fast-path-not-written"),
        new("loses-w", "intel72", "BUG_ALREADY_GRANTED", "spte-loses-permission"),
        new("loses-w", "amd61", "BUG_ALREADY_GRANTED", "spte-loses-permission"),
        new("no-xu", "intel72", "BUG_XS_XU_DESYNC", "xu-not-set"),
        new("no-xs", "intel72", "BUG_XS_XU_DESYNC", "xs-not-set"),
        new("track-without-xu", "intel72", "BUG_XS_XU_DESYNC", "xu-missing-from-access-track"),
        new("gmet-user", "amd72-gmet", "BUG_GMET_USER_SET", "root-access-not-propagated"),
        new("mbec-left-on", "intel72-nombec12", "BUG_ALREADY_GRANTED", "mbec-left-on-in-vmcs02"),
        new("user-bit", "intel72", "BUG_SWALLOWED_L1_VIOLATION", "user-page-bit-ignored"),
        new("xu-ignored", "intel72", "BUG_SWALLOWED_L1_VIOLATION", "xu-ignored-for-user-fetch"),
        new("bit10-absent", "intel72", "BUG_SPURIOUS_REFLECTION", "bit-10-not-present"),
        new("grants-w", "intel72", "BUG_SWALLOWED_L1_VIOLATION", "grants-write-l1-lacks"),
        new("grants-w", "amd61", "BUG_SWALLOWED_L1_VIOLATION", "grants-write-l1-lacks"),
        new("grants-x", "amd61", "BUG_SWALLOWED_L1_VIOLATION", "grants-exec-l1-lacks"),
        new("swallow", "intel72", "BUG_SWALLOWED_L1_VIOLATION", "violation-swallowed"),
        new("swallow", "amd61", "BUG_SWALLOWED_L1_VIOLATION", "violation-swallowed"),
        new("reflect-allowed", "intel72", "BUG_SPURIOUS_REFLECTION", "allowed-reflected"),
        new("reflect-allowed", "amd61", "BUG_SPURIOUS_REFLECTION", "allowed-reflected"),
        new("no-bit6", "intel72", "BUG_WRONG_REFLECTED_INFO", "bit-6-not-injected"),
        new("no-bits-9-11", "intel72", "BUG_WRONG_REFLECTED_INFO", "bits-9-11-not-injected"),
        new("no-present", "intel72", "BUG_WRONG_REFLECTED_INFO", "present-not-injected"),
        new("no-present", "amd61", "BUG_WRONG_REFLECTED_INFO", "present-not-injected"),
        new("write-as-read", "intel72", "BUG_WRONG_REFLECTED_INFO", "write-injected-as-read"),
        new("write-as-read", "amd61", "BUG_WRONG_REFLECTED_INFO", "write-injected-as-read"),
        new("stage", "intel72", "BUG_WRONG_REFLECTED_INFO", "walk-stage-injected-as-final"),
        new("stage", "amd61", "BUG_WRONG_REFLECTED_INFO", "walk-stage-injected-as-final"),
        new("misconfig", "intel72", "BUG_WRONG_REFLECTED_INFO", "misconfig-for-violation"),
        new("fast-spurious", "intel72", "LIVELOCK_NO_PROGRESS_SPTE", "spurious-not-granted"),
        new("fast-spurious", "amd61", "LIVELOCK_NO_PROGRESS_SPTE", "spurious-not-granted"),
        new("never-readable", "amd61", "LIVELOCK_NO_PROGRESS_SPTE", "spte-never-readable"),
        new("vanish", "intel72", "BUG_ALREADY_GRANTED", "spte-loses-permission"),
        new("vanish", "amd61", "BUG_ALREADY_GRANTED", "spte-loses-permission"),
        new("map-zap", "intel72", "LIVELOCK", "mapping-taken-away"),
        new("map-zap", "amd61", "LIVELOCK", "mapping-taken-away"),
        new("mmio-retry", "intel72", "LIVELOCK", "emulation-skipped"),
        new("mmio-retry", "amd61", "LIVELOCK", "emulation-skipped"),
        new("mmio-uncompared", "amd61", "LIVELOCK", "emulation-skipped"),
        new("l2-loses-w", "intel72", "BUG_ALREADY_GRANTED", "spte-loses-permission"),
        new("l2-loses-w", "amd61", "BUG_ALREADY_GRANTED", "spte-loses-permission"),
        new("mbec-dropped", "intel72", "BUG_ALREADY_GRANTED", "mbec-dropped-from-vmcs02"),
        new("xu-for-supervisor", "intel72", "BUG_SPURIOUS_REFLECTION", "xu-asked-for-supervisor-fetch"),
        new("pf-into-l2", "amd61", "BUG_SWALLOWED_L1_VIOLATION", "violation-injected-into-l2"),
        new("prot-added", "intel72", "BUG_WRONG_REFLECTED_INFO", "permission-bits-added"),
        new("fetch-as-read", "intel72", "BUG_WRONG_REFLECTED_INFO", "fetch-bit-wrong"),
        new("fetch-added", "amd61", "BUG_WRONG_REFLECTED_INFO", "fetch-bit-wrong"),
        new("no-bit7", "intel72", "BUG_WRONG_REFLECTED_INFO", "stage-bits-not-one"),
        new("both-stages", "amd61", "BUG_WRONG_REFLECTED_INFO", "stage-bits-not-one"),
        new("final-as-walk", "amd61", "BUG_WRONG_REFLECTED_INFO", "final-injected-as-walk"),
        new("no-user", "amd61", "BUG_WRONG_REFLECTED_INFO", "user-bit-not-injected"),
        new("rsvd-added", "amd61", "BUG_WRONG_REFLECTED_INFO", "reserved-bit-injected"),
        new("read-as-write", "amd61", "BUG_WRONG_REFLECTED_INFO", "read-injected-as-write"),
        new("present-added", "amd61", "BUG_WRONG_REFLECTED_INFO", "not-present-injected-as-present"),
        new("other-reason", "amd61", "BUG_WRONG_REFLECTED_INFO", "other-reason-injected"),
        new("address", "amd61", "BUG_WRONG_REFLECTED_INFO", "wrong-address-injected"),
    ];

    public override string ToString() => $"{Id}@{Host}";
}
