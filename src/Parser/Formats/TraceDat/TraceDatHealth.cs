using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>The visible list of what can be wrong with a trace.dat that is read nevertheless.</summary>
public static class TraceDatHealth
{
    public static readonly HealthCounter BadSection = new(
        "datBadSection", Severity.Error, "A section of trace.dat is damaged and was left out; what it describes (formats, names, options) is missing.");

    public static readonly HealthCounter BadOption = new(
        "datBadOption", Severity.Error, "An option of trace.dat is damaged and was left out.");

    public static readonly HealthCounter UnknownOption = new(
        "datUnknownOption", Severity.Info, "The file has options that this version does not know; a newer trace-cmd wrote it. The events do not depend on them.");

    public static readonly HealthCounter BadFormat = new(
        "datBadFormat", Severity.Error, "An event's format description could not be read; its events are listed without fields.");

    public static readonly HealthCounter BadPage = new(
        "datBadPage", Severity.Error, "A ring-buffer page is damaged; the rest of the page was left out. Copy the file again, or record again.");

    public static readonly HealthCounter BadChunk = new(
        "datBadChunk", Severity.Error, "A compressed chunk of events could not be unpacked and was left out. Copy the file again, or record again.");

    public static readonly HealthCounter BadRecord = new(
        "datBadRecord", Severity.Error, "A record is shorter than its event's description says; the fields behind its end are missing.");

    public static readonly HealthCounter UnknownEvent = new(
        "datUnknownEvent", Severity.Error, "Records of an event number that the file does not describe are listed as (unknown).");

    public static readonly HealthCounter MissingData = new(
        "datMissingData", Severity.Loss, "The file says where a CPU's events are, but ends before; run `trace-cmd restore` on the recording's .cpuN files if they still exist.");

    public static readonly HealthCounter RescuedData = new(
        "datRescuedData", Severity.Loss, "The table of CPUs is lost (a copy cut short?); events were found without it, and CPU numbers are only the order in the file. Copy the file again.");

    public static readonly HealthCounter TextLeftOut = new(
        "datTextLeftOut", Severity.Loss, "A buffer of the file holds the text of a latency tracer, beside another buffer that is read; the text was left out. Look at it with `trace-cmd report`.");

    public static readonly HealthCounter LostWithoutEvent = new(
        "datLostWithoutEvent", Severity.Loss, "A page says that events were lost but holds none itself, so there is no time to put the marker at.");
}
