using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>The columns of ftrace's function_graph tracer.</summary>
internal static class GraphColumns
{
    /// <summary>A call, a return or a change of tasks: <c> 2)   0.123 us    |  kvm_foo();</c>, <c> 2)  qemu-kvm-3927   =>   swapper-0</c>.</summary>
    public static bool IsCall(ReadOnlySpan<byte> text)
    {
        var at = 0;
        if (text.IsEmpty || !ByteText.IsDigit(text[0])) return false;
        if (text.IndexOf((byte)'|') is > 0 and var bar && bar < text.IndexOf((byte)')') && text[..bar].Trim(" .0123456789"u8).IsEmpty) at = ByteText.SkipBlanks(text, bar + 1);
        if (!ByteText.TryDecimal(text, ref at, out _) || at >= text.Length || text[at] != ')') return false;
        var rest = text[at..];
        return rest.IndexOf(" => "u8) > 0 || (rest.IndexOf((byte)'|') > 0 && rest[^1] is (byte)';' or (byte)'{' or (byte)'}' or (byte)'/');
    }
}
