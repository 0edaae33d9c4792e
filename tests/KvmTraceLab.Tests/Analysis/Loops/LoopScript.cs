using System.Globalization;
using System.Text;
using KvmTraceLab.Analysis.Loops;
using KvmTraceLab.Replay;
using KvmTraceLab.Tests.Cli;

namespace KvmTraceLab.Tests.Analysis.Loops;

/// <summary>Writes traces of one thread, event by event, and reads the loops in them.</summary>
internal sealed class LoopScript
{
    private readonly StringBuilder _text = new();

    /// <summary>Events written so far.</summary>
    public int Events { get; private set; }

    /// <summary>Time of the next event: a microsecond each.</summary>
    public long NextNs => (1_000_000L + Events) * 1000;

    public LoopScript Event(string name, string payload, int tid = 7)
    {
        var us = 1_000_000L + Events++;
        _text.Append(CultureInfo.InvariantCulture, $"CPU 0/KVM-{tid} [001] {us / 1_000_000}.{us % 1_000_000:000000}: {name}: {payload}\n");
        return this;
    }

    /// <summary>An event that is told apart by the letter: 0 is an exit, others an exit, an MSR read or an entry.</summary>
    public LoopScript Letter(int letter) => (letter % 3) switch
    {
        0 => Event("kvm_exit", $"reason CPUID rip 0x{letter:x} info 0 0"),
        1 => Event("kvm_msr", $"msr_read {letter:x} = 0x{Events:x}"),
        _ => Event("kvm_entry", $"vcpu 0 rip 0x{letter:x}"),
    };

    public LoopScript Letters(IEnumerable<int> letters)
    {
        foreach (var letter in letters) Letter(letter);
        return this;
    }

    /// <summary>A whole trip for a host interrupt.</summary>
    public LoopScript Interrupt() =>
        Event("kvm_exit", $"reason EXTERNAL_INTERRUPT rip 0x{Events:x} info 0 800000ec").Event("kvm_entry", $"vcpu 0 rip 0x{Events:x}");

    public LoopScript Raw(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }

    public IReadOnlyList<Loop> Loops(int minIterations = 16, int maxPeriod = 64)
    {
        using var trace = Analyzed.Text(_text.Length == 0 ? "a-1 [000] 1.0: kvm_entry: vcpu 0\n" : _text.ToString());
        var detector = new LoopDetector(minIterations, maxPeriod);
        var replayer = new TraceReplayer([detector]);
        foreach (var batch in trace.Batches()) replayer.Process(batch);
        replayer.End();
        return detector.Loops;
    }
}
