namespace KvmTraceLab.Mmu.Architecture;

/// <summary>Why KVM and the architecture differ, once for all inputs of the kind.</summary>
/// <param name="Id">Stable name.</param>
/// <param name="Reachable">An access can get there: L1 or a guest could notice.</param>
/// <param name="Explanation">Why, and what covers it.</param>
public sealed record DifferenceKind(string Id, bool Reachable, string Explanation)
{
    public const string ReadBit = "D1-read-bit";
    public const string NxReserved = "D2-nx-reserved";
    public const string SupervisorWalk = "D3-supervisor-walk";
    public const string FetchBit = "D4-fetch-bit";
    public const string OldUserWalk = "D5-old-user-walk";
    public const string Unexplained = "unexplained";

    /// <summary>The visible list; docs/mmu.md says more about each.</summary>
    public static IReadOnlyList<DifferenceKind> All { get; } =
    [
        new(ReadBit, false, "KVM consults R (or P) for reads only; a write asks W and a fetch X alone. An entry that is not present, or writable but not readable, never reaches the table: is_present_gpte() and the misconfiguration check come first."),
        new(NxReserved, false, "With EFER.NX=0 the permission table ignores X. The processor treats NX=1 as a reserved bit, and so does KVM, but in the reserved-bit check before the table."),
        new(SupervisorWalk, false, "Without GMET the NPT table has supervisor rows that ignore U. They cannot be asked: hardware reports U=1 and svm_translate_nested_gpa() sets it."),
        new(FetchBit, true, "KVM injects the I/D bit of EXITINFO1 only if L1 has EFER.NX or CR4.SMEP (has_pferr_fetch). The APM names no such condition for nested faults; what silicon does was not found."),
        new(OldUserWalk, true, "Up to 7.1 every nested walk in software counted as a user walk, and on EPT user meant read: an execute-only page was refused to emulated fetches, and a write asked for R too (where W without R is a misconfiguration anyway)."),
        new(Unexplained, true, "Not explained: a bug of the model, please report it."),
    ];
}
