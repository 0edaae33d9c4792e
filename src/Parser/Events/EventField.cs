namespace KvmTraceLab.Parser.Events;

/// <summary>How a field takes part in telling two events of one kind apart (loop finding).</summary>
public enum FieldRole : byte
{
    /// <summary>Never compared and never shown as varying: labels such as the vCPU number, counters.</summary>
    Label,
    /// <summary>Compared as it is: reason, port, MSR, vector, fault code.</summary>
    Key,
    /// <summary>A guest instruction pointer: compared, and reported as the place of the event.</summary>
    Rip,
    /// <summary>A guest physical (or faulting) byte address: its 4 KiB frame is compared.</summary>
    Address,
    /// <summary>A guest frame number: compared as an address frame.</summary>
    Frame,
    /// <summary>A value read or written: not compared, shown as <c>*</c> where it differs.</summary>
    Value,
}

/// <summary>One field of a tracepoint: the kernel's name in the event's format file, and other names it had.</summary>
public sealed class EventField(string name, IReadOnlyList<string> aliases, FieldRole role)
{
    public string Name { get; } = name;

    /// <summary>Names the same field has in other kernels (<c>exit_code</c> for <c>exit_reason</c>).</summary>
    public IReadOnlyList<string> Aliases { get; } = aliases;

    public FieldRole Role { get; } = role;

    public bool Is(ReadOnlySpan<char> candidate)
    {
        if (candidate.SequenceEqual(Name)) return true;
        foreach (var alias in Aliases)
            if (candidate.SequenceEqual(alias)) return true;
        return false;
    }
}
