using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Bits;

namespace KvmTraceLab.Replay.Faults;

/// <summary>The access of a fault as its code tells it, whatever the vendor.</summary>
/// <param name="Mode">Kind of code.</param>
/// <param name="Code">The raw code.</param>
/// <param name="Gmet">GMET is on: only then does U of an NPF say who fetched; else every nested walk is a user's.</param>
public readonly record struct FaultAccess(FaultMode Mode, ulong Code, bool Gmet = false)
{
    private ExitQualification Qualification => new(Code);

    private PageAccess Pferr => (PageAccess)Code;

    /// <summary>Bit 1 in all three languages.</summary>
    public bool IsWrite => Pferr.Has(PageAccess.Write);

    public bool IsFetch => Mode == FaultMode.Ept ? Qualification.Fetch && !IsWrite : Pferr.Has(PageAccess.Fetch) && !IsWrite;

    /// <summary>
    /// User side of the access: EPT the guest page's U bit, where the qualification carries it; NPT the traced U bit, with
    /// GMET; null where the code does not tell.
    /// </summary>
    public bool? IsUser => Mode switch
    {
        FaultMode.Ept => (Code & 0x180) == 0x180 && (Code & 0xe00) != 0 ? Qualification.UserPage : null,
        FaultMode.Npt => Gmet ? Pferr.Has(PageAccess.User) : null,
        FaultMode.Shadow => Pferr.Has(PageAccess.User),
        _ => null,
    };

    /// <summary>Hardware found some permission in all entries: it was no missing entry.</summary>
    public bool IsPresent => Mode == FaultMode.Ept ? (Code & 0x78) != 0 : Pferr.Has(PageAccess.Present);

    /// <summary>SEV-SNP's reverse map denies the access, whatever the SPTE says.</summary>
    public bool IsReverseMap => Mode == FaultMode.Npt && Pferr.Has(PageAccess.GuestRmp);

    public bool IsReserved => Mode != FaultMode.Ept && Pferr.Has(PageAccess.Rsvd);

    /// <summary>In a sentence: <c>user fetch</c> for <c>fetch-user</c>.</summary>
    public string Noun => Word switch
    {
        "fetch-user" => "user fetch",
        "fetch-supervisor" => "supervisor fetch",
        var word => word,
    };

    /// <summary>The word of JSON: <c>read</c>, <c>write</c>, <c>fetch-user</c>, <c>fetch-supervisor</c>, <c>fetch</c>.</summary>
    public string Word => IsWrite ? "write" : !IsFetch ? "read" : IsUser switch
    {
        true => "fetch-user",
        false => "fetch-supervisor",
        _ => "fetch",
    };
}
