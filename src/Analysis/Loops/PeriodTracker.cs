using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>
/// For every period 1–64: how many tokens in a row equalled the token one period before. Exact, constant memory; a new
/// token is compared with the last 64 at once.
/// </summary>
internal sealed class PeriodTracker
{
    public const int MaxPeriod = 64;

    /// <summary>Tokens remembered; enough to rebuild the counts after a run was followed without them.</summary>
    private const int Remembered = 256;

    private static readonly uint[] Periods = AllPeriods();

    /// <summary>Every token is written twice, 256 apart, so that the last 256 always stand in one piece.</summary>
    private readonly uint[] _tokens = new uint[Remembered * 2];

    /// <summary>Index k counts for period 64 - k, the order of the tokens in memory.</summary>
    private readonly uint[] _matches = new uint[MaxPeriod];

    private long _count;

    /// <summary>Tokens seen.</summary>
    public long Count => _count;

    /// <summary>The token <paramref name="back"/> positions before the newest (0 = newest); up to 255.</summary>
    public uint Back(int back) => _tokens[(int)((_count - 1 - back) & (Remembered - 1))];

    /// <summary>How many tokens up to the newest equalled the one a period before.</summary>
    public uint Matches(int period) => _matches[MaxPeriod - period];

    /// <summary>Takes a token; returns the smallest period with a whole repetition behind it, or 0.</summary>
    public int Add(uint token)
    {
        var end = (int)(_count & (Remembered - 1)) + Remembered;
        var repeated = Update(_tokens.AsSpan(end - MaxPeriod, MaxPeriod), token);
        Append(token);
        if (_count <= MaxPeriod) return Unfilled();
        return repeated ? Smallest() : 0;
    }

    /// <summary>Takes a token without counting; <see cref="Rebuild"/> makes the counts right again.</summary>
    public void Append(uint token)
    {
        var at = (int)(_count & (Remembered - 1));
        _tokens[at] = token;
        _tokens[at + Remembered] = token;
        _count++;
    }

    /// <summary>Takes so many periods, each beginning at a place of the tokens given, without counting.</summary>
    public void Append(ReadOnlySpan<uint> period, int place, int times)
    {
        var count = (long)period.Length * times;
        var kept = Math.Min(count, Remembered);
        _count += count - kept;
        var at = (int)((place + count - kept) % period.Length);
        for (; kept > 0; kept--)
        {
            Append(period[at]);
            if (++at == period.Length) at = 0;
        }
    }

    /// <summary>Counts again over the tokens remembered. Counts are right up to 192, which is all that matters then.</summary>
    public int Rebuild()
    {
        var have = (int)Math.Min(_count, Remembered);
        var end = (int)((_count - 1) & (Remembered - 1)) + Remembered + 1;
        var tokens = _tokens.AsSpan(end - have, have);
        for (var period = 1; period <= MaxPeriod; period++)
        {
            var at = have - 1;
            while (at >= period && tokens[at] == tokens[at - period]) at--;
            _matches[MaxPeriod - period] = (uint)(have - 1 - at);
        }

        return Smallest();
    }

    public void Reset()
    {
        _count = 0;
        Array.Clear(_matches);
    }

    private static uint[] AllPeriods()
    {
        var periods = new uint[MaxPeriod];
        for (var k = 0; k < MaxPeriod; k++) periods[k] = (uint)(MaxPeriod - k);
        return periods;
    }

    // 128 bits are what code compiled ahead of time may count on; a wider vector would have the method compiled at run time.
    private bool Update(ReadOnlySpan<uint> window, uint token)
    {
        ref var tokens = ref MemoryMarshal.GetReference(window);
        ref var matches = ref MemoryMarshal.GetArrayDataReference(_matches);
        ref var periods = ref MemoryMarshal.GetArrayDataReference(Periods);
        var wanted = Vector128.Create(token);
        var repeated = Vector128<uint>.Zero;
        for (nuint k = 0; k < MaxPeriod; k += 4)
        {
            var equal = Vector128.Equals(Vector128.LoadUnsafe(ref tokens, k), wanted);
            var next = (Vector128.LoadUnsafe(ref matches, k) - equal) & equal; // +1 where equal, 0 elsewhere
            next.StoreUnsafe(ref matches, k);
            repeated |= Vector128.GreaterThanOrEqual(next, Vector128.LoadUnsafe(ref periods, k));
        }

        return repeated != Vector128<uint>.Zero;
    }

    /// <summary>Before 64 tokens are there, the places before the first must not count as equal.</summary>
    private int Unfilled()
    {
        for (var period = (int)_count; period <= MaxPeriod; period++) _matches[MaxPeriod - period] = 0;
        return Smallest();
    }

    private int Smallest()
    {
        for (var k = MaxPeriod - 1; k >= 0; k--)
            if (_matches[k] >= Periods[k]) return MaxPeriod - k;
        return 0;
    }
}
