namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>
/// Words that stand for kernel numbers in one field. A vocabulary may set a second field as well (its companion):
/// the exit-reason words tell the instruction-set architecture too.
/// </summary>
public abstract class Vocabulary
{
    /// <summary>Field that receives the companion value, or null.</summary>
    public virtual string? Companion => null;

    /// <summary>
    /// Reads one word (or the spelled number) at <paramref name="at"/>; moves <paramref name="at"/> behind it.
    /// </summary>
    public abstract bool TryRead(ReadOnlySpan<byte> text, ref int at, out ulong value, out ulong companion);

    /// <summary>Whether this vocabulary has words for the value at all; else another spelling prints the row.</summary>
    public virtual bool Speaks(ulong value, ulong companion) => true;

    /// <summary>Prints the word for a number in the given dialect.</summary>
    public abstract void Print(TextBuilder to, ulong value, ulong companion, Dialect dialect);
}
