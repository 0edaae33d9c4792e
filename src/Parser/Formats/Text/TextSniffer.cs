namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>Which tool's text this is, from the envelopes of its first lines; null where no line holds an event.</summary>
internal static class TextSniffer
{
    private const int EnoughEvents = 200;

    public static string? Label(ReadOnlySpan<byte> head)
    {
        int traceCmd = 0, flags = 0, perf = 0, bare = 0, quoted = 0, words = 0;
        bool cpusLine = false, tracerLine = false;
        var envelope = default(Envelope);
        head = Quoting.Unbroken(head);
        while (!head.IsEmpty && traceCmd + flags + perf + bare < EnoughEvents)
        {
            var newline = head.IndexOf((byte)'\n');
            var line = newline < 0 ? head : head[..newline];
            head = newline < 0 ? default : head[(newline + 1)..];
            line = Quoting.Strip(line, out var prefix);
            if (line.StartsWith("cpus="u8) || line.StartsWith("version = "u8)) cpusLine = true;
            if (line.StartsWith("# tracer:"u8)) tracerLine = true;
            var bareLine = Quoting.Unmark(line, out var mark);
            if (!EnvelopeReader.TryRead(bareLine, ref envelope) || BareWords.Is(bareLine, envelope))
            {
                if (ShareTable.TryRow(line, out var payload) && line[payload..].StartsWith("reason "u8)) bare++;
                else if (LineClassifier.Classify(line, out _, out _) == LineKind.Words) words++;
                continue;
            }

            if (prefix > 0 || mark > 0) quoted++;
            switch (envelope.Form)
            {
                case EnvelopeForm.TraceCmd or EnvelopeForm.Latency: traceCmd++; break;
                case EnvelopeForm.Flags: flags++; break;
                case EnvelopeForm.Perf: perf++; break;
                default: bare++; break;
            }
        }

        var events = traceCmd + flags + perf + bare;
        if (events == 0) return null;
        if (quoted > 0 || words * 4 > events || bare * 2 > events) return TextFormat.Pasted;
        if (perf * 2 > events) return TextFormat.PerfScript;
        if (cpusLine) return TextFormat.TraceCmd;
        if (tracerLine) return TextFormat.Ftrace;
        return flags > traceCmd ? TextFormat.Ftrace : TextFormat.TraceCmd;
    }
}
