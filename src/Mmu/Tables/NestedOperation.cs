namespace KvmTraceLab.Mmu.Tables;

/// <summary>One kind of L2 access, named as in the tables: <c>fetch_u1</c>, <c>walk_write</c>.</summary>
/// <param name="Name"><c>_u0</c> and <c>_u1</c>: on EPT the U bit of the guest page, on NPT a supervisor or user walk.</param>
/// <param name="Access">PFERR bits with the stage.</param>
public sealed record NestedOperation(string Name, PageAccess Access)
{
    /// <summary>EPT: three kinds × U of the page, and guest-table accesses, which are reads or read+writes and never "user".</summary>
    public static IReadOnlyList<NestedOperation> Ept { get; } =
    [
        .. Final(),
        new("walk_read", PageAccess.GuestPage),
        new("walk_write", PageAccess.GuestPage | PageAccess.Write),
    ];

    /// <summary>NPT: three kinds × user walk, and guest-table accesses, which are writes.</summary>
    public static IReadOnlyList<NestedOperation> Npt { get; } =
    [
        .. Final(),
        new("walk_u0", PageAccess.GuestPage | PageAccess.Write),
        new("walk_u1", PageAccess.GuestPage | PageAccess.Write | PageAccess.User),
    ];

    private static IEnumerable<NestedOperation> Final()
    {
        (string Name, PageAccess Bits)[] kinds = [("read", PageAccess.None), ("write", PageAccess.Write), ("fetch", PageAccess.Fetch)];
        foreach ((string name, PageAccess bits) in kinds)
        {
            yield return new($"{name}_u0", bits | PageAccess.GuestFinal);
            yield return new($"{name}_u1", bits | PageAccess.GuestFinal | PageAccess.User);
        }
    }
}
