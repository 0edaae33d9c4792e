namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// From the ring buffer's stamps to the trace's times, in the order trace-cmd applies them: a guest's shift to its host,
/// TSC to nanoseconds, then the offsets of --date and --ts-offset.
/// </summary>
internal sealed class TimeMap(DatOptions options)
{
    private readonly TimeShift? _shift = options.Shift;
    private readonly uint _mult = options.TscMult;
    private readonly int _shiftBits = options.TscShift;
    private readonly long _offset = options.TimeOffset;

    /// <summary>Whether only <see cref="Offset"/> is to be added.</summary>
    public bool IsPlain => _shift is null && _mult == 0;

    public long Offset => _offset;

    public long Map(ulong stamp, int cpu)
    {
        if (_shift is not null) stamp = _shift.Apply(stamp, cpu);
        if (_mult != 0)
        {
            // The kernel's mul_u64_u32_shr(), as trace-cmd has it: the product of the low half loses no bit above 64.
            var low = ((stamp & 0xffffffff) * _mult) >> _shiftBits;
            var high = stamp >> 32;
            stamp = unchecked(low + (high == 0 ? 0 : (high * _mult) << (32 - _shiftBits)));
        }

        return unchecked((long)stamp + _offset);
    }

    /// <summary>What the times count, by the clock's name.</summary>
    public static TimeUnit UnitOf(string? clock, bool converted) => clock switch
    {
        _ when converted => TimeUnit.Nanoseconds,
        "counter" or "uptime" => TimeUnit.Count,
        "x86-tsc" or "ppc-tb" => TimeUnit.Cycles,
        _ => TimeUnit.Nanoseconds,
    };
}
