namespace KvmTraceLab.Cli.Mmu;

/// <summary>Bad input; the message is the one line that goes to stderr, after <c>ktl: </c>.</summary>
internal sealed class MmuUsageException(string message) : Exception(message);
