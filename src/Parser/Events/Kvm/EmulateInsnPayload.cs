using System.Buffers.Binary;

namespace KvmTraceLab.Parser.Events.Kvm;

/// <summary>
/// kvm_emulate_insn: <c>csbase:rip:bytes (mode)[ failed]</c> of the kernel, <c>csbase:rip[ symbol+0xoff]: bytes[ FAIL]</c>
/// of the plugin, which prints a disassembly instead of bytes if it was built with udis86.
/// </summary>
internal sealed class EmulateInsnPayload : IIrregularPayload
{
    private const int Rip = 0, CsBase = 1, Len = 2, Low = 3, High = 4, Mode = 5, Failed = 6, Disassembly = 7;
    private const int MaxBytes = 15;

    public static EmulateInsnPayload Instance { get; } = new();

    /// <summary>KVM_EMUL_INSN_F_*: PE is bit 0, VM bit 1, CS.D bit 2, CS.L bit 3.</summary>
    private static ReadOnlySpan<byte> ModeName(ulong flags) => flags switch
    {
        0 => "real"u8,
        1 => "prot16"u8,
        3 => "vm16"u8,
        5 => "prot32"u8,
        9 => "prot64"u8,
        _ => default,
    };

    public bool IsText(int slot) => slot == Disassembly;

    public bool PrintsHex(int slot) => slot is Rip or CsBase;

    public bool TryRead(ReadOnlySpan<byte> text, int textOffset, Span<ulong> slots, out ulong presence)
    {
        presence = 0;
        var end = text.TrimEnd(" \t\r\n"u8).Length;
        text = text[..end];
        var at = ByteText.SkipBlanks(text, 0);
        if (!ByteText.TryHex(text, ref at, out slots[CsBase]) || at >= text.Length || text[at++] != ':') return false;
        if (!ByteText.TryHex(text, ref at, out slots[Rip]) || at >= text.Length) return false;
        if (ByteText.IsBlank(text[at]))
        {
            var colon = text[at..].IndexOf((byte)':');
            if (colon < 0) return false;
            at += colon;
        }

        if (text[at++] != ':') return false;
        presence = (1UL << CsBase) | (1UL << Rip) | (1UL << Failed);
        at = ByteText.SkipBlanks(text, at);
        var rest = text[at..];
        if (rest.EndsWith("failed"u8) || rest.EndsWith("FAIL"u8))
        {
            slots[Failed] = 1;
            rest = rest[..^(rest[^1] == 'd' ? 6 : 4)].TrimEnd(" \t"u8);
        }

        if (rest.EndsWith(")"u8) && TryMode(rest, ref slots[Mode], out var modeAt))
        {
            presence |= 1UL << Mode;
            rest = rest[..modeAt].TrimEnd(" \t"u8);
        }

        if (TryBytes(rest, slots)) presence |= (1UL << Len) | (1UL << Low) | (1UL << High);
        else
        {
            slots[Disassembly] = TextRef.Make(textOffset + at, rest.Length);
            presence |= 1UL << Disassembly;
        }

        return true;
    }

    public void FromRecord(IRecordFields record, Span<ulong> slots, ref ulong presence)
    {
        if (!record.TryGetBytes("insn", out var bytes)) return;
        var length = record.TryGetNumber("len", out var len) ? (int)Math.Min(len & 0xff, MaxBytes) : MaxBytes;
        Pack(bytes[..Math.Min(length, bytes.Length)], slots);
        presence |= (1UL << Len) | (1UL << Low) | (1UL << High);
    }

    public void Print(in EventRow row, TextBuilder to, Dialect dialect, ulong starred)
    {
        to.AppendHex(row[CsBase]).Append((byte)':');
        if ((starred >> Rip & 1) != 0) to.Append((byte)'*');
        else to.AppendHex(row[Rip]);
        to.Append((byte)':');
        var kernel = dialect == Dialect.Kernel && row.Has(Mode);
        if (!kernel) to.Append((byte)' ');
        if ((starred >> Low & 1) != 0) to.Append((byte)'*');
        else if (row.Has(Disassembly)) to.Append(row.TextOf(row[Disassembly]));
        else PrintBytes(row, to);
        if (kernel)
        {
            to.Append(" ("u8);
            var mode = ModeName(row[Mode]);
            if (mode.IsEmpty) to.Append("0x"u8).AppendHex(row[Mode]);
            else to.Append(mode);
            to.Append((byte)')');
        }

        if (row[Failed] != 0) to.Append(kernel ? " failed"u8 : " FAIL"u8);
    }

    private static void PrintBytes(in EventRow row, TextBuilder to)
    {
        for (var i = 0; i < (int)Math.Min(row[Len], MaxBytes); i++)
        {
            if (i > 0) to.Append((byte)' ');
            to.AppendHex(row[i < 8 ? Low : High] >> (i % 8 * 8) & 0xff, 2);
        }
    }

    private static bool TryMode(ReadOnlySpan<byte> rest, ref ulong mode, out int start)
    {
        start = rest.LastIndexOf((byte)'(');
        if (start < 0) return false;
        var word = rest[(start + 1)..^1];
        foreach (var flags in (ReadOnlySpan<byte>)[0, 1, 3, 5, 9])
        {
            if (!word.SequenceEqual(ModeName(flags))) continue;
            mode = flags;
            return true;
        }

        var at = 0;
        return word.StartsWith("0x"u8) && ByteText.TryHex(word, ref at, out mode) && at == word.Length;
    }

    private static bool TryBytes(ReadOnlySpan<byte> text, Span<ulong> slots)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        var count = 0;
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            if (count == MaxBytes || !ByteText.TryHex(text, ref at, out var value) || at - start != 2) return false;
            if (at < text.Length && !ByteText.IsBlank(text[at])) return false;
            bytes[count++] = (byte)value;
            at = ByteText.SkipBlanks(text, at);
        }

        Pack(bytes[..count], slots);
        return true;
    }

    private static void Pack(ReadOnlySpan<byte> bytes, Span<ulong> slots)
    {
        Span<byte> padded = stackalloc byte[16];
        padded.Clear();
        bytes.CopyTo(padded);
        slots[Len] = (ulong)bytes.Length;
        slots[Low] = BinaryPrimitives.ReadUInt64LittleEndian(padded);
        slots[High] = BinaryPrimitives.ReadUInt64LittleEndian(padded[8..]);
    }
}
