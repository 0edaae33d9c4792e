namespace KvmTraceLab.Parser.Health;

/// <summary>The visible list of the reader's counters.</summary>
public static class TraceHealth
{
    public static readonly HealthCounter NotUnderstood = new(
        "notUnderstood", Severity.Error, "These lines are neither events nor comments of a known form; look at the first, at that offset, and send them to the project.");

    public static readonly HealthCounter PayloadNotUnderstood = new(
        "payloadNotUnderstood", Severity.Error, "A known event has text of an unknown form: its fields are missing from every table. `ktl events FILE --not-understood` prints these events; record trace.dat, or send them to the project.");

    public static readonly HealthCounter TrailingText = new(
        "trailingText", Severity.Info, "Words behind the known fields of an event were left out (notes, or fields of a newer kernel).");

    public static readonly HealthCounter PartialFields = new(
        "partialFields", Severity.Info, "Somebody shortened the text of these events: the fields that still stand there are used, the others are missing from the tables.");

    public static readonly HealthCounter LostEvents = new(
        "lostEvents", Severity.Loss, "The ring buffer overflowed. Record again with a bigger buffer (`trace-cmd record -e kvm -e kvmmmu -b 50000`) or fewer events.");

    public static readonly HealthCounter LostUnknown = new(
        "lostUnknown", Severity.Loss, "Events were lost, how many is not recorded. Record again with a bigger buffer (`trace-cmd record -e kvm -e kvmmmu -b 50000`).");

    public static readonly HealthCounter Shares = new(
        "shareRows", Severity.Loss, "Rows of perf top or perf report: each is one event without time, its share is not used. Give the text of perf script.");

    public static readonly HealthCounter LongLine = new(
        "longLine", Severity.Error, "A line longer than 1 MiB was cut; no trace line is that long, so the file may be damaged.");

    public static readonly HealthCounter TimeBackwards = new(
        "timeBackwards", Severity.Info, "Events are not in time order; times between such neighbours are left out.");

    public static readonly HealthCounter Prose = new(
        "prose", Severity.Info, "Lines of text around the trace (a mail, a log) were passed over.");

    public static readonly HealthCounter Truncated = new(
        "truncated", Severity.Loss, "The input ends in the middle of a record or of its compressed data; what stands before it is used.");
}
