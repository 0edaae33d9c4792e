namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>
/// The shadow-page events: the kernel's <c>sp gen 0 gfn 1 l4 8-byte q0 direct wux nxe ad root 0 sync[ new]</c>, with three
/// or four access letters; the plugin's <c>[new sp gfn 1 ]4 q0 direct wux !pae nxe wp root 0 sync</c>, which decodes the role
/// word by the layout of Linux 3.x to 5.18 whatever the kernel was; <c>1/4 q3 direct --x !pge !nxe</c> of 2.6.3x; and the
/// <c>[FAILED TO PARSE] gfn=1 role=2</c> of libtraceevent, which has the word itself.
/// </summary>
internal sealed class ShadowPagePayload : IIrregularPayload
{
    internal const int Gfn = 0, Role = 1, RootCount = 2, Unsync = 3, Created = 4, Generation = 5, Known = 6, Layout = 7, Guest = 8;

    private readonly bool _hasCreated;

    private ShadowPagePayload(bool hasCreated) => _hasCreated = hasCreated;

    /// <summary>For kvm_mmu_get_page, which alone says whether the page is new and whose plugin text has the gfn.</summary>
    public static ShadowPagePayload GetPage { get; } = new(true);

    public static ShadowPagePayload Instance { get; } = new(false);

    public bool TryRead(ReadOnlySpan<byte> text, int textOffset, Span<ulong> slots, out ulong presence)
    {
        presence = 0;
        var raw = text.TrimStart(" \t"u8);
        if (raw.StartsWith("[FAILED TO PARSE]"u8)) return TryRaw(raw["[FAILED TO PARSE]".Length..], slots, ref presence);
        var reader = new ShadowPageReader();
        var at = 0;
        while ((at = ByteText.SkipBlanks(text, at)) < text.Length)
        {
            var token = ByteText.Token(text, ref at);
            if (token[^1] is (byte)'\n' or 0) token = token.TrimEnd("\n\0"u8);
            if (!token.IsEmpty && !reader.Take(token, slots, ref presence)) return false;
        }

        return reader.Finish(slots, ref presence);
    }

    public void FromRecord(IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if ((presence >> Role & 1) == 0) return;
        slots[Known] = uint.MaxValue;
        presence |= 1UL << Known;
    }

    public void Print(in EventRow row, TextBuilder to, Dialect dialect, ulong starred)
    {
        var layout = (ShadowPageRoleLayout)row[Layout];
        var word = row[Role];
        if (layout is ShadowPageRoleLayout.ThreeAccessBits or ShadowPageRoleLayout.FourAccessBits && (uint)row[Known] != uint.MaxValue)
        {
            PrintKernel(row, to, layout, (starred >> Gfn & 1) != 0);
            return;
        }

        if (dialect == Dialect.Kernel && (uint)row[Known] == uint.MaxValue)
        {
            PrintRaw(row, to);
            return;
        }

        if (_hasCreated)
        {
            to.Append(row[Created] != 0 ? "new sp gfn "u8 : "existing sp gfn "u8);
            if ((starred >> Gfn & 1) != 0) to.Append((byte)'*');
            else to.AppendHex(row[Gfn]);
            to.Append((byte)' ');
        }

        to.AppendDecimal(word & 15);
        var old = layout == ShadowPageRoleLayout.GuestLevels;
        if (old) to.Append((byte)'/').AppendDecimal(row[Guest]);
        to.Append(" q"u8).AppendDecimal(word >> 5 & 3);
        if ((word >> 7 & 1) != 0) to.Append(" direct"u8);
        to.Append((byte)' ').Append(Access3((int)(word >> 8 & 7)));
        if ((word >> 11 & 1) != 0) to.Append(" invalid"u8);
        PrintSwitch(to, word, 4, old ? "pge"u8 : "pae"u8);
        PrintSwitch(to, word, 12, "nxe"u8);
        if (!old)
        {
            PrintSwitch(to, word, 13, "wp"u8);
            if ((word >> 14 & 1) != 0) to.Append(" smep"u8);
            if ((word >> 15 & 1) != 0) to.Append(" smap"u8);
            if (word >> 24 != 0) to.Append(" smm"u8);
        }

        PrintTail(row, to);
    }

    private void PrintKernel(in EventRow row, TextBuilder to, ShadowPageRoleLayout layout, bool starGfn)
    {
        var role = new ShadowPageRole((uint)row[Role], layout);
        to.Append("sp "u8);
        if (row.Has(Generation)) to.Append("gen "u8).AppendDecimal(row[Generation]).Append((byte)' ');
        to.Append("gfn "u8);
        if (starGfn) to.Append((byte)'*');
        else to.AppendHex(row[Gfn]);
        to.Append(" l"u8).AppendDecimal((ulong)role.Level).Append(role.HasFourByteGpte ? " 4-byte q"u8 : " 8-byte q"u8)
            .AppendDecimal((ulong)role.Quadrant);
        if (role.IsDirect) to.Append(" direct"u8);
        to.Append((byte)' ');
        if (layout == ShadowPageRoleLayout.ThreeAccessBits) to.Append(Access3((int)role.Access));
        else
        {
            to.Append((role.Access & 1) != 0 ? (byte)'r' : (byte)'-').Append((role.Access & 2) != 0 ? (byte)'w' : (byte)'-')
                .Append((role.Access & 4) != 0 ? (byte)'u' : (byte)'-').Append((role.Access & 8) != 0 ? (byte)'x' : (byte)'-');
        }

        if (role.IsInvalid) to.Append(" invalid"u8);
        to.Append(role.EferNx ? " nxe"u8 : " !nxe"u8).Append(role.AdDisabled ? " !ad"u8 : " ad"u8);
        PrintTail(row, to);
        if (_hasCreated) to.Append(row[Created] != 0 ? " new"u8 : " existing"u8);
    }

    private void PrintRaw(in EventRow row, TextBuilder to)
    {
        to.Append("[FAILED TO PARSE] mmu_valid_gen="u8).AppendDecimal(row[Generation]).Append(" gfn="u8).AppendDecimal(row[Gfn])
            .Append(" role="u8).AppendDecimal(row[Role]).Append(" root_count="u8).AppendDecimal(row[RootCount])
            .Append(" unsync="u8).AppendDecimal(row[Unsync]);
        if (_hasCreated) to.Append(" created="u8).AppendDecimal(row[Created]);
    }

    private static void PrintTail(in EventRow row, TextBuilder to)
    {
        to.Append(" root "u8).AppendDecimal(row[RootCount]).Append(row[Unsync] != 0 ? " unsync"u8 : " sync"u8);
    }

    private static void PrintSwitch(TextBuilder to, ulong word, int bit, ReadOnlySpan<byte> name)
    {
        to.Append((word >> bit & 1) != 0 ? " "u8 : " !"u8).Append(name);
    }

    /// <summary>The table that kernel and plugin share: exec is bit 0, write bit 1, user bit 2.</summary>
    private static ReadOnlySpan<byte> Access3(int access) => "-----xw--w-x-u--uxwu-wux"u8.Slice(access * 3, 3);

    private static bool TryRaw(ReadOnlySpan<byte> text, Span<ulong> slots, ref ulong presence)
    {
        var at = 0;
        while ((at = ByteText.SkipBlanks(text, at)) < text.Length)
        {
            var token = ByteText.Token(text, ref at);
            var equals = token.IndexOf((byte)'=');
            if (equals < 0) return false;
            var name = token[..equals];
            var slot = name.SequenceEqual("gfn"u8) ? Gfn
                : name.SequenceEqual("role"u8) ? Role
                : name.SequenceEqual("root_count"u8) ? RootCount
                : name.SequenceEqual("unsync"u8) ? Unsync
                : name.SequenceEqual("created"u8) ? Created
                : name.SequenceEqual("mmu_valid_gen"u8) ? Generation
                : -1;
            if (slot < 0) return false;
            var number = equals + 1;
            if (!ByteText.TryDecimal(token, ref number, out slots[slot]) || number != token.Length) return false;
            presence |= 1UL << slot;
        }

        slots[Known] = uint.MaxValue;
        presence |= 1UL << Known;
        return (presence >> Role & 1) != 0;
    }
}
