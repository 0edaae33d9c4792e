using System.Globalization;
using System.Text;
using System.Xml;

namespace KvmTraceLab.Output.Stacks;

/// <summary>
/// PerfView's XML stacks (<c>.perfView.xml</c>): frames, stacks as (caller, frame) and samples. TraceEvent 4 has the model but not
/// this writer, which lives in PerfView itself.
/// </summary>
internal static class PerfViewStacks
{
    public static void Write(List<WeightedStack> samples, Stream stream)
    {
        var frames = new Dictionary<string, int>(StringComparer.Ordinal);
        var stacks = new Dictionary<(int Caller, int Frame), int>();
        var leaves = new List<int>();
        foreach (var sample in samples)
        {
            var at = -1;
            foreach (var name in sample.Frames)
            {
                if (!frames.TryGetValue(name, out var frame)) frames.Add(name, frame = frames.Count);
                if (!stacks.TryGetValue((at, frame), out var stack)) stacks.Add((at, frame), stack = stacks.Count);
                at = stack;
            }

            leaves.Add(at);
        }

        using var xml = XmlWriter.Create(stream, new() { Indent = true, IndentChars = " ", NewLineChars = "\n", Encoding = new UTF8Encoding(false) });
        xml.WriteStartDocument();
        xml.WriteStartElement("StackWindow");
        xml.WriteStartElement("StackSource");
        Group(xml, "Frames", frames.OrderBy(f => f.Value), static (w, f) =>
        {
            Item(w, "Frame", ("ID", f.Value));
            w.WriteString(f.Key);
        });
        Group(xml, "Stacks", stacks.OrderBy(s => s.Value), static (w, s) => Item(w, "Stack", ("ID", s.Value), ("CallerID", s.Key.Caller), ("FrameID", s.Key.Frame)));
        Group(xml, "Samples", samples.Zip(leaves).Index(), static (w, s) =>
            Item(w, "Sample", ("ID", s.Index), ("Time", s.Index), ("StackID", s.Item.Second), ("Metric", s.Item.First.Weight)));
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndDocument();
    }

    private static void Group<T>(XmlWriter xml, string name, IEnumerable<T> items, Action<XmlWriter, T> write)
    {
        var all = items.ToList();
        Item(xml, name, ("Count", all.Count));
        foreach (var item in all)
        {
            write(xml, item);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Item(XmlWriter xml, string name, params ReadOnlySpan<(string Name, long Value)> attributes)
    {
        xml.WriteStartElement(name);
        foreach (var (attribute, value) in attributes) xml.WriteAttributeString(attribute, value.ToString(CultureInfo.InvariantCulture));
    }
}
