using System.Globalization;
using System.Xml;
using Microsoft.Diagnostics.Tracing.Stacks;

namespace KvmTraceLab.Tests.Output;

/// <summary>
/// Reads <c>.perfView.xml</c> into TraceEvent's stack model, as PerfView does: elements in the order frames, stacks, samples, each stack
/// a frame and its caller, -1 none. PerfView's own reader is no part of TraceEvent 4's package. Stricter than it: nothing unknown
/// is skipped, counts and references must hold, callers stand before those they call.
/// </summary>
internal static class PerfViewFile
{
    /// <returns>The tree, whose metrics are floats, and the exact sum of the samples' metrics.</returns>
    public static (CallTree Tree, long Total) Read(Stream stream)
    {
        var source = new InternStackSource();
        using var xml = XmlReader.Create(stream, new() { IgnoreWhitespace = true, IgnoreComments = true });
        xml.ReadStartElement("StackWindow");
        xml.ReadStartElement("StackSource");
        var frames = new List<StackSourceFrameIndex>();
        Group(xml, "Frames", "Frame", _ => frames.Add(source.Interner.FrameIntern(xml.ReadElementContentAsString())));
        var stacks = new List<StackSourceCallStackIndex>();
        Group(xml, "Stacks", "Stack", _ =>
        {
            var caller = Number(xml, "CallerID");
            Assert.InRange(caller, -1, stacks.Count - 1);
            stacks.Add(source.Interner.CallStackIntern(frames[(int)Number(xml, "FrameID")], caller < 0 ? StackSourceCallStackIndex.Invalid : stacks[(int)caller]));
            xml.Skip();
        });
        Assert.Equal(stacks.Distinct().Count(), stacks.Count);
        long total = 0;
        Group(xml, "Samples", "Sample", id =>
        {
            var metric = Number(xml, "Metric");
            Assert.InRange(metric, 1, long.MaxValue);
            total += metric;
            source.AddSample(new StackSourceSample(source) { StackIndex = stacks[(int)Number(xml, "StackID")], Metric = metric, TimeRelativeMSec = id });
            xml.Skip();
        });
        xml.ReadEndElement();
        xml.ReadEndElement();
        source.Interner.DoneInterning();
        return (new CallTree(ScalingPolicyKind.ScaleToData) { StackSource = source }, total);
    }

    private static void Group(XmlReader xml, string name, string item, Action<long> read)
    {
        xml.MoveToContent();
        Assert.Equal(name, xml.Name);
        var count = Number(xml, "Count");
        if (xml.IsEmptyElement)
        {
            Assert.Equal(0, count);
            xml.Skip();
            return;
        }

        xml.ReadStartElement(name);
        long next = 0;
        while (xml.MoveToContent() == XmlNodeType.Element)
        {
            Assert.Equal(item, xml.Name);
            Assert.Equal(next, Number(xml, "ID"));
            read(next++);
        }

        xml.ReadEndElement();
        Assert.Equal(count, next);
    }

    private static long Number(XmlReader xml, string attribute) => long.Parse(xml.GetAttribute(attribute)!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
