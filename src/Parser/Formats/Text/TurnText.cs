using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.Text;

/// <summary>
/// Lines that came twice in the same order, one turn of what may go on: how many rows they are, where the last ones stand, and
/// where in them the fractions of seconds and the numbers are that change. All other bytes are compared at once.
/// </summary>
internal sealed class TurnText
{
    public const int MaxLines = 64;

    /// <summary>Longer ones are not worth their copy of a mask; shorter ones do not fill a vector.</summary>
    private const int MaxLength = 64 * 1024;

    private readonly LineTime[] _lines = new LineTime[MaxLines];
    private readonly int[] _places = new int[MaxLines];
    private readonly long[] _times = new long[MaxLines];
    private NumberSpan[] _numbers = new NumberSpan[8];
    private ulong[] _values = new ulong[8];
    private int _numberCount;

    /// <summary>0xff where a byte changes, 0 elsewhere.</summary>
    private byte[] _changes = new byte[4096];

    /// <summary>Lines, each a row; 0 while no turn is known.</summary>
    public int Lines { get; private set; }

    /// <summary>The places that the lines came in, for the decoder.</summary>
    public ReadOnlySpan<int> Places => _places.AsSpan(0, Lines);

    /// <summary>The first row of the last turn.</summary>
    public int Row { get; private set; }

    /// <summary>Where that turn begins in the block, and how many bytes it has.</summary>
    public int Start { get; private set; }

    public int Length { get; private set; }

    public void Forget() => Lines = 0;

    /// <summary>A turn from that row and that byte on; its lines, and what changes in them, are added afterwards. False where it is too long or too short.</summary>
    public bool TryBegin(int row, int start, int length)
    {
        (Row, Lines, Start, Length) = (row, 0, start, length);
        if (length > MaxLength || length < Vector128<byte>.Count) return false;
        _numberCount = 0;
        if (_changes.Length < length) _changes = new byte[BitOperations.RoundUpToPowerOf2((uint)length)];
        _changes.AsSpan(0, length).Clear();
        return true;
    }

    /// <summary>The next line and where the fraction of its time stands, counted from the turn's begin.</summary>
    public void AddLine(int place, int fraction, int digits, long wholeNs)
    {
        Changes(fraction, fraction + digits);
        _places[Lines] = place;
        _lines[Lines++] = new LineTime(fraction, digits, wholeNs);
    }

    /// <summary>A number of the last line added that changes.</summary>
    public void AddNumber(int start, int end, in NumberPlace place)
    {
        Changes(start, end);
        if (_numberCount == _numbers.Length)
        {
            Array.Resize(ref _numbers, _numberCount * 2);
            Array.Resize(ref _values, _numberCount * 2);
        }

        _numbers[_numberCount++] = new NumberSpan(Lines - 1, start, end, place.Slot, place.Hex);
    }

    /// <summary>A loop, since filling a span is compiled anew in each process.</summary>
    private void Changes(int start, int end)
    {
        for (var i = start; i < end; i++) _changes[i] = 0xff;
    }

    /// <summary>Reads as many turns as follow in the block from <paramref name="start"/> on; returns how many.</summary>
    public int Read(ReadOnlySpan<byte> bytes, int start, EventBatch batch)
    {
        var turns = 0;
        while (start + Length <= bytes.Length && IsLike(bytes.Slice(Start, Length), bytes.Slice(start, Length)) && TryRead(bytes.Slice(start, Length)))
        {
            Emit(batch, start - Start);
            Start = start;
            start += Length;
            turns++;
        }

        return turns;
    }

    private bool IsLike(ReadOnlySpan<byte> known, ReadOnlySpan<byte> text)
    {
        ref var a = ref MemoryMarshal.GetReference(known);
        ref var b = ref MemoryMarshal.GetReference(text);
        ref var mask = ref MemoryMarshal.GetArrayDataReference(_changes);
        var width = (nuint)Vector128<byte>.Count;
        var end = (nuint)known.Length - width;
        for (nuint i = 0; ; i += width)
        {
            if (i > end) i = end;
            var differ = Vector128.AndNot(Vector128.LoadUnsafe(ref a, i) ^ Vector128.LoadUnsafe(ref b, i), Vector128.LoadUnsafe(ref mask, i));
            if (differ != Vector128<byte>.Zero) return false;
            if (i == end) return true;
        }
    }

    private bool TryRead(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < Lines; i++)
        {
            ref readonly var line = ref _lines[i];
            if (!Digits.TryFraction(text[line.Fraction..], line.Digits, out var ns)) return false;
            _times[i] = line.WholeNs + ns;
        }

        var numbers = _numbers.AsSpan(0, _numberCount);
        for (var i = 0; i < numbers.Length; i++)
        {
            ref readonly var number = ref numbers[i];
            var at = number.Start;
            if (!(number.Hex ? ByteText.TryHex(text, ref at, out _values[i]) : ByteText.TryDecimal(text, ref at, out _values[i])) || at != number.End) return false;
        }

        return true;
    }

    /// <summary>Adds rows like those of the last turn, so many bytes further on.</summary>
    private void Emit(EventBatch batch, int shift)
    {
        var row = batch.Count;
        var heads = batch.AddHeads(batch.Heads.AsSpan(Row, Lines));
        for (var i = 0; i < heads.Length; i++)
        {
            ref var head = ref heads[i];
            var time = _times[i];
            head.Time = time;
            head.Offset += shift;
            head.CommStart += shift;
            head.PayloadStart += shift;
            head.Flags = RowFlags.None;
            if (time < batch.FirstTime) batch.FirstTime = time;
            if (time > batch.LastTime) batch.LastTime = time;
        }

        Row = row;
        var numbers = _numbers.AsSpan(0, _numberCount);
        var own = -1;
        for (var i = 0; i < numbers.Length; i++)
        {
            ref readonly var number = ref numbers[i];
            ref var head = ref heads[number.Line];
            if (batch.Slots[head.Start + number.Slot] == _values[i]) continue;
            if (own != number.Line) batch.Unshare(row + (own = number.Line));
            batch.Slots[head.Start + number.Slot] = _values[i];
        }
    }

    private readonly record struct LineTime(int Fraction, int Digits, long WholeNs);

    private readonly record struct NumberSpan(int Line, int Start, int End, int Slot, bool Hex);
}
