namespace KvmTraceLab.Parser.Health;

/// <summary>
/// The conservation law of reading: every line (or record) is an event, a continuation of one, a comment, a lost-events
/// marker or not understood.
/// </summary>
public struct LineTally
{
    /// <summary>Lines of text, or records of trace.dat.</summary>
    public long Lines;
    public long Events;
    public long Continuations;
    public long Comments;
    public long LostMarkers;

    /// <summary>Lines that are none of the others. Events whose payload was not understood count as events and here in health.</summary>
    public long NotUnderstood;

    public void Add(in LineTally other)
    {
        Lines += other.Lines;
        Events += other.Events;
        Continuations += other.Continuations;
        Comments += other.Comments;
        LostMarkers += other.LostMarkers;
        NotUnderstood += other.NotUnderstood;
    }
}
