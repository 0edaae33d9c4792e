namespace KvmTraceLab.Fuzz.Generate;

/// <summary>One vCPU's exits: a mixture of reasons at some hundred addresses; or what its plan has new with each. One vCPU polls from the middle of the trace on.</summary>
internal sealed class HostVcpu(HostPlan plan, int number, FreshNumbers fresh)
{
    private const uint ExternalInterrupt = 1;
    private const uint Cpuid = 10;
    private const uint Hlt = 12;
    private const uint IoInstruction = 30;
    private const uint MsrWrite = 32;
    private const uint EptViolation = 48;
    private const int Stretch = 40;
    private const int Between = 3;

    private readonly Queue<(int Wait, Said Said)> _next = new();
    private readonly Random _random = new(HashCode(plan.Seed, number));
    private int _left;
    private ulong _place;

    public int Vcpu { get; } = number % plan.VcpusEach;

    public int Tid { get; private set; } = plan.TidOf(number / plan.VcpusEach, number % plan.VcpusEach);

    /// <summary>A whole number of trips is done.</summary>
    public bool AtEntry => _next.Count == 0;

    /// <param name="now">When the CPU's last event was.</param>
    /// <param name="cpu">The CPU that the thread runs on.</param>
    /// <param name="second">The second half of the trace.</param>
    public HostEvent Next(long now, int cpu, bool second)
    {
        if (_next.Count == 0) Trip(second);
        var (wait, (kind, a, b, c)) = _next.Dequeue();
        return new HostEvent(now + wait, cpu, Tid, Vcpu, kind, a, b, c);
    }

    private void Trip(bool second)
    {
        if (plan.New == "tid") Tid = 20_000 + (int)fresh.Next();
        if (second && number == plan.Sick) Poll(0x608, 0xfffff801b031bf35);
        else if (plan.New is "loop" or "bug") Stretches();
        else Any();
    }

    /// <summary>The same exit some ten times, then a few others.</summary>
    private void Stretches()
    {
        if (_left-- <= 0)
        {
            _left = Stretch + Between;
            _place = fresh.Next();
        }

        if (_left < Between) Any();
        else if (plan.New == "loop") Poll((_place % 0xf000) + 1, 0xffffffff81000000 + (_place * 16));
        else Fault(0x100000000 + (_place << 12), 0xffffffff81000000 + (_place % 256 * 16), mapped: false);
    }

    private void Any()
    {
        var rip = 0xffffffff81000000 + (plan.New == "rip" ? fresh.Next() * 16 : (ulong)_random.Next(300) * 64);
        var dice = plan.New switch { "gpa" => 70, "port" => 0, "msr" => 30, _ => _random.Next(100) };
        if (plan.New == "reason") Around(100 + (uint)(fresh.Next() % 60_000), rip, 0);
        else if (dice < 25) Poll(plan.New == "port" ? fresh.Next() & 0xffff : 0x3f8 + (ulong)_random.Next(40), rip);
        else if (dice < 60) Around(MsrWrite, rip, 0, new Said(HostKind.Msr, 1, plan.New == "msr" ? fresh.Next() : 0x6e0 + (ulong)_random.Next(8), (ulong)_random.Next()));
        else if (dice < 80) Fault(plan.New == "gpa" ? fresh.Next() << 12 : (ulong)_random.Next(1 << 18) << 12, rip, mapped: true);
        else if (dice < 85) Around(Cpuid, rip, 0, new Said(HostKind.Cpuid, (ulong)_random.Next(32), 0, 0));
        else if (dice < 92) Around(Hlt, rip, 0);
        else Around(ExternalInterrupt, rip, 0);
    }

    private void Poll(ulong port, ulong rip) => Around(IoInstruction, rip, (port << 16) | 0xb, new Said(HostKind.Pio, port, (ulong)_random.Next(), 0));

    private void Fault(ulong gpa, ulong rip, bool mapped)
    {
        if (mapped) Around(EptViolation, rip, 0x181, new Said(HostKind.PageFault, rip, gpa, 0x181), new Said(HostKind.SpteChanged, gpa >> 12, 0, 0x600000000000b77 | gpa));
        else Around(EptViolation, rip, 0x181, new Said(HostKind.PageFault, rip, gpa, 0x181));
    }

    private void Around(uint reason, ulong rip, ulong info, params ReadOnlySpan<Said> inside)
    {
        _next.Enqueue((400 + _random.Next(3000), new Said(HostKind.Exit, reason, rip, info)));
        foreach (var said in inside) _next.Enqueue((100 + _random.Next(300), said));
        _next.Enqueue(((reason == Hlt ? 20_000 : 300) + _random.Next(1000), new Said(HostKind.Entry, reason == EptViolation ? rip : rip + 2, 0, 0)));
    }

    private readonly record struct Said(HostKind Kind, ulong A, ulong B, ulong C);

    private static int HashCode(int seed, int number) => (seed * 1_000_003) + number;
}
