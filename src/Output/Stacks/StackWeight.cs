namespace KvmTraceLab.Output.Stacks;

/// <summary>What the width of a frame means.</summary>
public enum StackWeight
{
    /// <summary>Exits.</summary>
    Count,
    /// <summary>Nanoseconds from the exits to the next entries (ticks where the clock has none).</summary>
    Time,
}
