using System.Globalization;
using System.Text;

namespace KvmTraceLab.Tests.Analysis.Signatures;

/// <summary>Writes small traces as trace-cmd reports them, one microsecond from event to event.</summary>
internal sealed class TraceText
{
    private readonly StringBuilder _text = new();
    private long _ns = 100_000_000_000;
    private int _vcpu;

    public override string ToString() => _text.ToString();

    public TraceText On(int vcpu)
    {
        _vcpu = vcpu;
        return this;
    }

    public TraceText After(double microseconds)
    {
        _ns += (long)(microseconds * 1000) - 1000;
        return this;
    }

    public TraceText Add(string name, string payload)
    {
        _ns += 1000;
        _text.Append(CultureInfo.InvariantCulture, $"     CPU {_vcpu}/KVM-{100 + _vcpu} [{_vcpu:000}] {_ns / 1_000_000_000}.{_ns % 1_000_000_000:000000000}: {name}: {payload}\n");
        return this;
    }

    /// <summary>A line of another thread.</summary>
    public TraceText Other(string name, string payload)
    {
        _ns += 1000;
        _text.Append(CultureInfo.InvariantCulture, $"     khugepaged-55 [007] {_ns / 1_000_000_000}.{_ns % 1_000_000_000:000000000}: {name}: {payload}\n");
        return this;
    }

    public TraceText Exit(string reason, ulong rip, string info = "0 0") => Add("kvm_exit", $"reason {reason} rip 0x{rip:x} info {info}");

    public TraceText Entry(ulong rip) => Add("kvm_entry", $"vcpu {_vcpu} rip 0x{rip:x}");

    public TraceText Fault(ulong rip, ulong gpa, string code) => Add("kvm_page_fault", $"vcpu {_vcpu} rip 0x{rip:x} address 0x{gpa:x16} error_code 0x{code}");

    /// <summary>An exit with its entry and nothing in between.</summary>
    public TraceText Plain(string reason, ulong rip, string info = "0 0") => Exit(reason, rip, info).Entry(rip);

    public TraceText Times(int n, Action<TraceText> turn) => Times(n, (t, _) => turn(t));

    public TraceText Times(int n, Action<TraceText, int> turn)
    {
        for (var i = 0; i < n; i++) turn(this, i);
        return this;
    }
}
