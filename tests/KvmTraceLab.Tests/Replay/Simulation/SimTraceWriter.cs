using System.Globalization;
using System.Text;

namespace KvmTraceLab.Tests.Replay.Simulation;

/// <summary>Writes events as <c>trace-cmd report</c> would.</summary>
internal sealed class SimTraceWriter
{
    private readonly StringBuilder _text = new("cpus=2\n");
    private long _time = 100_000_000_000;

    public int Tid { get; set; } = 1001;

    public int Lines { get; private set; }

    public void Wait(long ns) => _time += ns;

    public void Add(string name, FormattableString payload)
    {
        _time += 700;
        var comm = Tid == 1001 ? "CPU 0/KVM" : "worker";
        _text.Append(CultureInfo.InvariantCulture, $"  {comm}-{Tid} [{(Tid == 1001 ? 0 : 1):000}] {_time / 1_000_000_000}.{_time % 1_000_000_000:000000000}: {name}: {FormattableString.Invariant(payload)}\n");
        Lines++;
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());
}
