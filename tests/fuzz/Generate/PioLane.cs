namespace KvmTraceLab.Fuzz.Generate;

/// <summary>
/// One vCPU thread that polls the ACPI PM timer through user space: a CR4 write, then turns of six events, now and then
/// a host interrupt. The same lane number and count give the same events on every machine.
/// </summary>
internal sealed class PioLane
{
    public const ulong Rip = 0xfffff801b031bf35;
    public const uint ExternalInterrupt = 1;
    public const uint CrAccess = 28;
    public const uint IoInstruction = 30;

    private static readonly PioKind[] Turn = [PioKind.Exit, PioKind.Fpu, PioKind.UserspaceExit, PioKind.Fpu, PioKind.Pio, PioKind.Entry];
    private static readonly PioKind[] CrTrip = [PioKind.Exit, PioKind.Cr, PioKind.Entry];
    private static readonly PioKind[] HostTrip = [PioKind.Exit, PioKind.Entry];

    private readonly long _count;
    private ulong _random;
    private long _made;
    private long _turns;
    private PioKind[] _trip = CrTrip;
    private int _step;
    private long _now;

    public PioLane(int vcpu, long count)
    {
        Vcpu = vcpu;
        _count = count;
        _random = 0x9e3779b97f4a7c15UL * (ulong)(vcpu + 1);
        _now = 4_327_371_000_000 + (vcpu * 137);
    }

    public int Vcpu { get; }

    public int Tid => 16105 + Vcpu;

    public PioEvent Current { get; private set; }

    public bool MoveNext()
    {
        if (_made == _count) return false;
        _made++;
        if (_step == _trip.Length) NextTrip();
        var kind = _trip[_step];
        _now += Step(kind);
        Current = new PioEvent(_now, kind, First(kind), Second(kind));
        _step++;
        return true;
    }

    private void NextTrip()
    {
        _step = 0;
        _turns++;
        _trip = _turns > 3 && Random(1000) == 0 ? HostTrip : Turn;
    }

    /// <summary>Nanoseconds before the event; the guest's own time stands before an exit, user space's before the load.</summary>
    private long Step(PioKind kind) => kind switch
    {
        PioKind.Exit => 350 + Random(200),
        PioKind.Fpu when _step == 3 => 1200 + Random(900),
        _ => 150 + Random(120),
    };

    private ulong First(PioKind kind) => kind switch
    {
        PioKind.Exit => _trip == CrTrip ? CrAccess : _trip == HostTrip ? ExternalInterrupt : IoInstruction,
        PioKind.Fpu => _step == 3 ? 1u : 0u,
        PioKind.Pio => (ulong)(_now * 3579545 / 1_000_000_000) & 0xffffff,
        PioKind.Cr => 0xb50ef8,
        PioKind.Entry => Rip + (_trip == Turn ? 1u : 0u),
        _ => 2,
    };

    private ulong Second(PioKind kind) => kind != PioKind.Exit ? 0 : _trip == CrTrip ? 4u : _trip == HostTrip ? 0u : 0x608000bu;

    private long Random(int below)
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return (long)(_random % (ulong)below);
    }
}
