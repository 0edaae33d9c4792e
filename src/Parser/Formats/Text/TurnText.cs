using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>
/// Lines that came twice in the same order, one turn of what may go on: where the last ones stand, and where in them the fractions of
/// seconds and the numbers are that change. All other bytes are compared at once.
/// </summary>
internal sealed class TurnText
{
    private readonly TurnRows _rows = new();
    private readonly LineTime[] _lines = new LineTime[TurnRows.MaxRows];
    private readonly int[] _places = new int[TurnRows.MaxRows];
    private NumberSpan[] _numbers = new NumberSpan[8];

    /// <summary>Lines, each a row; 0 while no turn is known.</summary>
    public int Lines => _rows.Count;

    /// <summary>The first row of the last turn.</summary>
    public int Row => _rows.First;

    /// <summary>The places that the lines came in, for the decoder.</summary>
    public ReadOnlySpan<int> Places => _places.AsSpan(0, Lines);

    /// <summary>Where the last turn begins in the block, and how many bytes it has.</summary>
    public int Start { get; private set; }

    public int Length { get; private set; }

    public void Forget() => _rows.Forget();

    public void Reset() => _rows.Reset();

    public bool IsWorthLearning() => _rows.IsWorthLearning();

    /// <summary>A turn from that row and that byte on; its lines, and what changes in them, are added afterwards. False where it is too long or too short.</summary>
    public bool TryBegin(int row, int start, int length)
    {
        (Start, Length) = (start, length);
        return _rows.TryBegin(row, length);
    }

    /// <summary>The next line and where the fraction of its time stands, counted from the turn's begin.</summary>
    public void AddLine(int place, int fraction, int digits, long wholeNs)
    {
        _rows.Change(fraction, fraction + digits);
        _places[Lines] = place;
        _lines[Lines] = new LineTime(fraction, digits, wholeNs);
        _rows.AddRow();
    }

    /// <summary>A number of the last line added that changes.</summary>
    public void AddNumber(int start, int end, in NumberPlace place)
    {
        _rows.Change(start, end);
        if (_rows.NumberCount == _numbers.Length) Array.Resize(ref _numbers, _numbers.Length * 2);
        _numbers[_rows.NumberCount] = new NumberSpan(start, end, place.Hex);
        _rows.AddNumber(place.Slot);
    }

    /// <summary>Reads as many turns as follow in the block from <paramref name="start"/> on; returns how many.</summary>
    public int Read(ReadOnlySpan<byte> bytes, int start, EventBatch batch)
    {
        var turns = 0;
        while (start + Length <= bytes.Length && _rows.IsLike(bytes.Slice(Start, Length), bytes.Slice(start, Length)) && TryRead(bytes.Slice(start, Length), batch))
        {
            _rows.Emit(batch, start - Start, start - Start);
            Start = start;
            start += Length;
            turns++;
        }

        _rows.Took(turns);
        return turns;
    }

    private bool TryRead(ReadOnlySpan<byte> text, EventBatch batch)
    {
        var times = _rows.Times;
        for (var i = 0; i < Lines; i++)
        {
            ref readonly var line = ref _lines[i];
            if (!Digits.TryFraction(text[line.Fraction..], line.Digits, out var ns)) return false;
            times[i] = line.WholeNs + ns;
        }

        var values = _rows.Values;
        for (var i = 0; i < _rows.NumberCount; i++)
        {
            ref readonly var number = ref _numbers[i];
            var at = number.Start;
            if (!(number.Hex ? ByteText.TryHex(text, ref at, out values[i]) : ByteText.TryDecimal(text, ref at, out values[i])) || at != number.End) return false;
        }

        foreach (var time in times.AsSpan(0, Lines))
        {
            if (time < batch.FirstTime) batch.FirstTime = time;
            if (time > batch.LastTime) batch.LastTime = time;
        }

        return true;
    }

    private readonly record struct LineTime(int Fraction, int Digits, long WholeNs);

    private readonly record struct NumberSpan(int Start, int End, bool Hex);
}
