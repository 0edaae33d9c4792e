namespace KvmTraceLab.Parser.Events;

/// <summary>What is special about one row.</summary>
[Flags]
public enum RowFlags : byte
{
    None = 0,

    /// <summary>The line carried no time; the row keeps its place in the input.</summary>
    NoTime = 1,

    /// <summary>The row has no fields: its event has no shape, or its payload was not understood.</summary>
    NoFields = 2,

    /// <summary>The payload of a known event was not understood (counted in health).</summary>
    NotUnderstood = 4,

    /// <summary>The row marks lost events: slot 0 holds how many (see <see cref="LostCountKnown"/>).</summary>
    Lost = 8,

    /// <summary>The marker told how many events were lost.</summary>
    LostCountKnown = 16,

    /// <summary>Text was elided before this row (<c>...</c>, <c>--</c>): neighbours may not be neighbours in the trace.</summary>
    Gap = 32,

    /// <summary>Somebody shortened the payload: the row has the fields that still stood there.</summary>
    Partial = 64,
}
