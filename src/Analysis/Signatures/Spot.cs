namespace KvmTraceLab.Analysis.Signatures;

/// <summary>All exits of one vCPU with the same <see cref="SpotKey"/>.</summary>
public sealed class Spot(SpotKey key) : Tally
{
    private const int MaxAddresses = 4;
    private readonly ulong[] _addresses = new ulong[MaxAddresses];
    private ulong _lastAddress;
    private bool _hasValue;
    private ulong _lastValue;

    public SpotKey Key { get; } = key;

    /// <summary>Exits of L2 among them.</summary>
    public long FromL2 { get; private set; }

    /// <summary>Exit information of the first one.</summary>
    public ulong Info1 { get; internal set; }

    public int Size { get; internal set; }

    /// <summary>RIP of the entry behind it, of the last one that told.</summary>
    public ulong? EntryRip { get; internal set; }

    /// <summary>Different page frames, at most four are told apart.</summary>
    public int Addresses { get; private set; }

    public ulong FirstAddress => _addresses[0];

    /// <summary>How often the frame differed from that of the exit before.</summary>
    public long AddressChanges { get; private set; }

    /// <summary>How often the value read or written differed from the one before, of <see cref="Values"/> values.</summary>
    public long ValueChanges { get; private set; }

    public long Values { get; private set; }

    /// <summary>Sum of the 24-bit differences between neighbouring values: a free-running 24-bit counter's advance.</summary>
    public ulong Advance { get; private set; }

    public long FirstValueTime { get; private set; }

    public long LastValueTime { get; private set; }

    /// <summary>Steps of the value a second (ticks of a timer that is read); null without times or values.</summary>
    public double? AdvancePerSecond => LastValueTime > FirstValueTime && Values > 1 ? Advance * 1e9 / (LastValueTime - FirstValueTime) : null;

    internal void AddAddress(ulong address)
    {
        var frame = address >> 12;
        if (Addresses > 0 && frame != _lastAddress >> 12) AddressChanges++;
        _lastAddress = address;
        for (var i = 0; i < Addresses; i++)
            if (_addresses[i] >> 12 == frame) return;
        if (Addresses < MaxAddresses) _addresses[Addresses++] = address;
    }

    internal void AddValue(ulong value, long time)
    {
        if (_hasValue)
        {
            if (value != _lastValue) ValueChanges++;
            Advance += (value - _lastValue) & 0xff_ffff;
        }
        else
        {
            FirstValueTime = time;
        }

        _hasValue = true;
        _lastValue = value;
        LastValueTime = time;
        Values++;
    }

    internal void AddLevel(bool l2, int exits = 1)
    {
        if (l2) FromL2 += exits;
    }
}
