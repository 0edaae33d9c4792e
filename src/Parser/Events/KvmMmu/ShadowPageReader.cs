namespace KvmTraceLab.Parser.Events.KvmMmu;

/// <summary>Collects the words of one shadow-page payload into a role word; see <see cref="ShadowPagePayload"/>.</summary>
internal struct ShadowPageReader
{
    private Expect _expect;
    private bool _hasLevel;
    private bool _kernel;
    private bool _invalid;
    private bool _nxe;
    private bool _adDisabled;
    private bool _old;
    private uint _word;
    private uint _access;
    private int _accessLetters;
    private ulong _known;

    private enum Expect : byte
    {
        Any, Gfn, Generation, Root,
    }

    /// <summary>One blank-separated word; false if it is none of these events' words.</summary>
    public bool Take(ReadOnlySpan<byte> token, Span<ulong> slots, ref ulong presence)
    {
        if (_expect != Expect.Any) return TakeNumber(token, slots, ref presence);
        if (token.SequenceEqual("sp"u8)) return true;
        if (token.SequenceEqual("gfn"u8)) return Next(Expect.Gfn);
        if (token.SequenceEqual("gen"u8)) return Next(Expect.Generation);
        if (token.SequenceEqual("root"u8)) return Next(Expect.Root);
        if (token.SequenceEqual("new"u8)) return Set(ShadowPagePayload.Created, 1, slots, ref presence);
        if (token.SequenceEqual("existing"u8)) return Set(ShadowPagePayload.Created, 0, slots, ref presence);
        if (token.SequenceEqual("sync"u8)) return Set(ShadowPagePayload.Unsync, 0, slots, ref presence);
        if (token.SequenceEqual("unsync"u8)) return Set(ShadowPagePayload.Unsync, 1, slots, ref presence);
        if (token.SequenceEqual("direct"u8)) return Bit(7);
        if (token.SequenceEqual("invalid"u8)) return _invalid = true;
        if (token.SequenceEqual("8-byte"u8)) return _kernel = true;
        if (token.SequenceEqual("4-byte"u8)) return (_kernel = true) & Bit(4);
        if (token.SequenceEqual("smep"u8)) return Bit(14);
        if (token.SequenceEqual("smap"u8)) return Bit(15);
        if (token.SequenceEqual("smm"u8)) return Bit(24);
        if (!_hasLevel) return TakeLevel(token, slots, ref presence);
        if (token[0] == 'q') return TakeQuadrant(token);
        return TakeSwitch(token) || TakeAccess(token);
    }

    /// <summary>Puts the word together once all is known that decides where its bits stand.</summary>
    public readonly bool Finish(Span<ulong> slots, ref ulong presence)
    {
        if (!_hasLevel || _accessLetters == 0 || _expect != Expect.Any) return false;
        var four = _accessLetters == 4;
        var shift = four ? 1 : 0;
        var word = _word | (_access << 8);
        if (_invalid) word |= 1u << (11 + shift);
        if (_nxe) word |= 1u << (12 + shift);
        if (_adDisabled) word |= 1u << 16;
        slots[ShadowPagePayload.Role] = word;
        slots[ShadowPagePayload.Known] = _known | 0xef | (four ? 0x3f00UL : 0x1f00UL);
        slots[ShadowPagePayload.Layout] = (ulong)(_old ? ShadowPageRoleLayout.GuestLevels
            : four ? ShadowPageRoleLayout.FourAccessBits
            : _kernel ? ShadowPageRoleLayout.ThreeAccessBits
            : ShadowPageRoleLayout.Unknown);
        presence |= (1UL << ShadowPagePayload.Role) | (1UL << ShadowPagePayload.Known) | (1UL << ShadowPagePayload.Layout);
        return true;
    }

    private bool TakeNumber(ReadOnlySpan<byte> token, Span<ulong> slots, ref ulong presence)
    {
        var at = 0;
        var (slot, ok, value) = _expect switch
        {
            Expect.Gfn => (ShadowPagePayload.Gfn, ByteText.TryHex(token, ref at, out var gfn), gfn),
            Expect.Generation => (ShadowPagePayload.Generation, ByteText.TryDecimal(token, ref at, out var gen), gen),
            _ => (ShadowPagePayload.RootCount, ByteText.TryDecimal(token, ref at, out var root), root),
        };
        _expect = Expect.Any;
        return ok && at == token.Length && Set(slot, value, slots, ref presence);
    }

    /// <summary><c>l4</c>, <c>4</c>, or level and guest levels <c>1/4</c>.</summary>
    private bool TakeLevel(ReadOnlySpan<byte> token, Span<ulong> slots, ref ulong presence)
    {
        var at = token[0] == 'l' ? 1 : 0;
        _kernel |= at == 1;
        if (!ByteText.TryDecimal(token, ref at, out var level)) return false;
        _word |= (uint)level & 15;
        _hasLevel = true;
        if (at == token.Length) return true;
        if (token[at++] != '/') return false;
        _old = true;
        return ByteText.TryDecimal(token, ref at, out var guest) && at == token.Length &&
            Set(ShadowPagePayload.Guest, guest, slots, ref presence);
    }

    private bool TakeQuadrant(ReadOnlySpan<byte> token)
    {
        var at = 1;
        if (!ByteText.TryDecimal(token, ref at, out var quadrant) || at != token.Length) return false;
        _word |= ((uint)quadrant & 3) << 5;
        return true;
    }

    private bool TakeSwitch(ReadOnlySpan<byte> token)
    {
        var on = token[0] != '!';
        var name = on ? token : token[1..];
        if (name.SequenceEqual("nxe"u8)) _nxe = on;
        else if (name.SequenceEqual("ad"u8))
        {
            _kernel = true;
            _adDisabled = !on;
            _known |= 1UL << 16;
        }
        else if (name.SequenceEqual("wp"u8)) return Switch(13, on);
        else if (name.SequenceEqual("pae"u8) || name.SequenceEqual("pge"u8)) return Switch(4, on);
        else return false;
        return true;
    }

    private bool TakeAccess(ReadOnlySpan<byte> token)
    {
        if (token.Length is not (3 or 4) || token.ContainsAnyExcept("rwux-"u8)) return false;
        _accessLetters = token.Length;
        if (token.Length == 4)
        {
            _access = (token[0] == 'r' ? 1u : 0) | (token[1] == 'w' ? 2u : 0) | (token[2] == 'u' ? 4u : 0) | (token[3] == 'x' ? 8u : 0);
            return true;
        }

        _access = (token[2] == 'x' ? 1u : 0) | (token[0] == 'w' ? 2u : 0) | (token[1] == 'u' ? 4u : 0);
        return true;
    }

    private bool Next(Expect expect)
    {
        _expect = expect;
        return true;
    }

    private bool Bit(int bit) => Switch(bit, true);

    private bool Switch(int bit, bool on)
    {
        if (on) _word |= 1u << bit;
        _known |= 1UL << bit;
        return true;
    }

    private static bool Set(int slot, ulong value, Span<ulong> slots, ref ulong presence)
    {
        slots[slot] = value;
        presence |= 1UL << slot;
        return true;
    }
}
