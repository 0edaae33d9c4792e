namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>One measurement of a guest's clock against its host's.</summary>
internal readonly record struct ShiftSample(long Time, long Offset, ulong Scaling, int Fraction);

/// <summary>
/// The TIME_SHIFT option: how a guest's times become the host's. Between two measurements the offset is interpolated
/// if the protocol says so, outside of them the nearest pair is used, as trace-cmd does.
/// </summary>
internal sealed record TimeShift(uint Flags, IReadOnlyList<ShiftSample[]> Cpus)
{
    private const uint Interpolate = 1;

    public ulong Apply(ulong time, int cpu)
    {
        if ((uint)cpu >= (uint)Cpus.Count || Cpus[cpu].Length == 0) return time;
        var samples = Cpus[cpu];
        if (samples.Length == 1) return time + (ulong)samples[0].Offset;
        var t = (long)time;
        int low = 0, high = samples.Length - 2;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (t >= samples[middle].Time) low = middle;
            else high = middle - 1;
        }

        return Correct(time, samples[low], samples[low + 1]);
    }

    private ulong Correct(ulong time, in ShiftSample from, in ShiftSample to)
    {
        var offset = from.Offset;
        var delta = unchecked(to.Time - from.Time);
        if ((Flags & Interpolate) != 0 && delta > 0)
        {
            var part = unchecked((((long)time - from.Time) * (to.Offset - from.Offset)) + (delta / 2));
            offset = unchecked(offset + (part / delta));
        }

        return unchecked(((time * from.Scaling) >> from.Fraction) + (ulong)offset);
    }
}
