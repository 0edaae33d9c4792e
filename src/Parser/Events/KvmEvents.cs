using KvmTraceLab.Parser.Events.Kvm;

namespace KvmTraceLab.Parser.Events;

/// <summary>The visible list of tracepoints this build has shapes for. Adding one is a file and a line here.</summary>
public static class KvmEvents
{
    public static IReadOnlyList<EventShape> All { get; } =
    [
        KvmEntry.Shape,
        KvmExit.Shape,
        KvmPio.Shape,
    ];
}
