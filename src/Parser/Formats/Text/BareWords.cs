using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Lines that begin like an event without task, CPU or time, and are words.</summary>
internal static class BareWords
{
    /// <summary>
    /// A name of KVM's, a colon and words: a note on a function, a heading; events have numbers. In the kernel's log functions
    /// print their names before what they say, numbers or not. An event that has a shape is none of them.
    /// </summary>
    public static bool MayBe(ReadOnlySpan<byte> line, in Envelope e)
    {
        if (e.Form != EnvelopeForm.Bare || e.CommLength > 0) return false;
        if (e.PrefixLength > 0 && LogPrefix.IsOfTheKernel(line[..e.PrefixLength])) return true;
        if (e.Cpu >= 0 || e.Tid >= 0) return false;
        var payload = Payload(line, e);
        return e.TimeForm == TimeForm.None && !payload.IsEmpty && !payload.ContainsAnyInRange((byte)'0', (byte)'9');
    }

    /// <summary>The same before any line was decoded: a line with an event's name whose payload is words is none either.</summary>
    public static bool Is(ReadOnlySpan<byte> line, in Envelope e)
    {
        if (!MayBe(line, e)) return false;
        var payload = Payload(line, e);
        foreach (var shape in KvmEvents.All)
            if (IsNamed(shape, line.Slice(e.NameStart, e.NameLength))) return e.TimeForm == TimeForm.None && !payload.ContainsAnyInRange((byte)'0', (byte)'9') && !shape.BeginsWith(payload);
        return true;
    }

    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> line, in Envelope e) => line[e.PayloadStart..].Trim(" \t\r"u8);

    private static bool IsNamed(EventShape shape, ReadOnlySpan<byte> name)
    {
        if (shape.Name.Length != name.Length) return false;
        for (var i = 0; i < name.Length; i++)
            if (shape.Name[i] != name[i]) return false;
        return true;
    }
}
