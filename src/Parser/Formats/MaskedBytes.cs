using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KvmTraceLab.Parser.Formats;

/// <summary>Compares bytes but for those that may change.</summary>
internal static class MaskedBytes
{
    /// <summary>Fewer bytes do not fill a vector.</summary>
    public static int Least => Vector128<byte>.Count;

    /// <summary>Whether two pieces of equal length, of at least <see cref="Least"/> bytes, are equal where <paramref name="changes"/> has a 0.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> known, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> changes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(known.Length, Least);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, known.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(changes.Length, known.Length);
        ref var a = ref MemoryMarshal.GetReference(known);
        ref var b = ref MemoryMarshal.GetReference(bytes);
        ref var mask = ref MemoryMarshal.GetReference(changes);
        var width = (nuint)Least;
        var end = (nuint)known.Length - width;
        for (nuint i = 0; ; i += width)
        {
            if (i > end) i = end;
            var differ = Vector128.AndNot(Vector128.LoadUnsafe(ref a, i) ^ Vector128.LoadUnsafe(ref b, i), Vector128.LoadUnsafe(ref mask, i));
            if (differ != Vector128<byte>.Zero) return false;
            if (i == end) return true;
        }
    }
}
