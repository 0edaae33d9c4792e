namespace KvmTraceLab.Parser.Events;

/// <summary>A piece of a batch's text, packed into one slot: length in the high half, offset in the low half.</summary>
public static class TextRef
{
    public static ulong Make(int offset, int length) => ((ulong)(uint)length << 32) | (uint)offset;

    public static int Offset(ulong packed) => (int)(uint)packed;

    public static int Length(ulong packed) => (int)(packed >> 32);
}
