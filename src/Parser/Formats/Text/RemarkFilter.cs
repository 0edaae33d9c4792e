namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Which of the words around a trace are kept: watchdog and RCU messages, and hand-made frequency lists.</summary>
internal static class RemarkFilter
{
    private const int MaxLength = 300;

    public static bool Keeps(ReadOnlySpan<byte> line) =>
        line.Length <= MaxLength
        && (line.IndexOf("soft lockup"u8) >= 0 || line.IndexOf("hard LOCKUP"u8) >= 0 || line.IndexOf("rcu: INFO"u8) >= 0
            || line.IndexOf("rcu_sched self-detected"u8) >= 0 || line.IndexOf("blocked for more than"u8) >= 0
            || line.IndexOf(" rip 0x"u8) >= 0);
}
