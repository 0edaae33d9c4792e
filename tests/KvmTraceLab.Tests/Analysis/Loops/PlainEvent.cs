using System.Globalization;

namespace KvmTraceLab.Tests.Analysis.Loops;

/// <summary>One event of a lane as it was written: what tells it apart, the page it speaks of, and what is not compared.</summary>
/// <param name="Name">The tracepoint.</param>
/// <param name="Text">The payload; # stands for the value, @ for the address.</param>
internal sealed record PlainEvent(string Name, string Text)
{
    public long Page { get; init; }

    /// <summary>The value, or the offset in the page.</summary>
    public long Value { get; init; }

    /// <summary>Belongs to a trip of the host's own.</summary>
    public bool IsHosts { get; init; }

    /// <summary>Events were lost here.</summary>
    public bool IsLost { get; init; }

    public bool IsExit => Name == "kvm_exit";

    public string Payload(bool starred = false) => Text
        .Replace("#", starred ? "*" : "0x" + Value.ToString("x", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("@", starred ? "*" : "0x" + ((Page << 12) + Value).ToString("x16", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>What two events must have in common to be the same.</summary>
    public string Token(bool withPage) => withPage ? $"{Name} {Text} {Page}" : $"{Name} {Text}";

    /// <summary>The letter's event: an exit, an access, an entry or a fault, told from others of its kind by the letter.</summary>
    public static PlainEvent Of(int letter, long value = 0) => (letter % 6) switch
    {
        0 => new("kvm_exit", $"reason IO_INSTRUCTION rip 0x{letter:x} info 608000b 0"),
        1 => new("kvm_pio", $"pio_read at 0x{letter:x} size 4 count 1 val #") { Value = value },
        2 => new("kvm_entry", $"vcpu 0 rip 0x{letter:x}"),
        3 => new("kvm_exit", $"reason EPT_VIOLATION rip 0x{letter:x} info 182 0"),
        4 => new("kvm_page_fault", $"vcpu 0 rip 0x{letter:x} address @ error_code 0x182") { Page = letter, Value = value & 0xfff },
        _ => new("kvm_exit", $"reason HLT rip 0x{letter:x} info 0 0"),
    };

    /// <summary>A whole trip of the host's own, which no other equals.</summary>
    public static IEnumerable<PlainEvent> HostTrip(int number) =>
    [
        new("kvm_exit", $"reason EXTERNAL_INTERRUPT rip 0x{0x70000 + number:x} info 0 800000ec") { IsHosts = true },
        .. number % 3 == 0 ? (PlainEvent[])[new("kvm_fpu", "unload") { IsHosts = true }] : [],
        new("kvm_entry", $"vcpu 0 rip 0x{0x70000 + number:x}") { IsHosts = true },
    ];

    public static PlainEvent Lost { get; } = new("", "") { IsLost = true };
}
