using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using KvmTraceLab.Parser;
using KvmTraceLab.Parser.Input;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>
/// Records that come round and round are compared a turn at a time. The slow twin is the same trace with an empty time extend before each
/// record: nothing stands side by side there, and each is read for itself.
/// </summary>
public sealed class TurnRecordTests
{
    private const int PageRecords = 40;
    private const int PageSize = 4096;

    private static readonly string[] Formats =
    [
        TraceDatBuilder.Format("kvm_pio", 0x1f, Fields(("unsigned int", "rw", 8, 4), ("unsigned int", "port", 12, 4), ("unsigned int", "size", 16, 4), ("unsigned int", "count", 20, 4), ("unsigned int", "val", 24, 4))),
        TraceDatBuilder.Format("kvm_fpu", 0x20, Fields(("u32", "load", 8, 4))),
        TraceDatBuilder.Format("kvm_entry", 0x21, Fields(("unsigned int", "vcpu_id", 8, 4), ("unsigned long", "rip", 16, 8))),
        TraceDatBuilder.Format("demo", 0x22, Fields(("u32", "value", 8, 4)), "\"%u\", REC->value"),
    ];

    /// <summary>A record of one of the events; the second number counts where it changes.</summary>
    private sealed record Written(int Event, int Pid, byte Flags, uint Fixed, uint Counts, uint Delta, bool LongForm, string Before);

    private static Gen<List<Written>> Records { get; } =
        from runs in Gen.ListOf(Run(), 3)
        select runs.SelectMany(r => r).ToList();

    private static Gen<List<Written>> Run() =>
        from size in Gen.Choose(1, 6)
        from events in Gen.ListOf(Gen.Frequency((12, Gen.Choose(0, 2)), (1, Gen.Constant(3))), size)
        from longForm in Gen.Elements(false, false, true)
        from turns in Gen.Choose(2, 14)
        from pid in Gen.Elements(122, 7)
        from changed in Gen.ListOf(Gen.Elements(0u, 0u, 1u, 7u), size)
        from start in Gen.Elements(0u, 250u, 0xffff_fff8u)
        from delta in Gen.Elements(0u, 1u, 0x7ff_ffffu)
        from oddAt in Gen.Choose(-10, (turns * size) - 1)
        from everyTurn in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        from odd in Gen.Elements("extend", "stamp", "discarded", "page", "lost", "pid", "flags", "value", "fixed", "delta", "event")
        select Enumerable.Range(0, turns * size).Select(i =>
        {
            var step = (uint)(i / size) * changed[i % size];
            var record = new Written(events[i % size], pid, 0, 0x608, start + step, delta, longForm, "");
            if (everyTurn ? oddAt < 0 || (i - oddAt) % size != 0 : i != oddAt) return record;
            return odd switch
            {
                "pid" => record with { Pid = 9 },
                "flags" => record with { Flags = 1 },
                "value" => record with { Counts = record.Counts + 5 },
                "fixed" => record with { Fixed = 0x60a },
                "delta" => record with { Delta = 77 },
                "event" => record with { Event = (record.Event + 1) % 3 },
                _ => record with { Before = odd },
            };
        }).ToList();

    [Fact]
    public void Turns_read_as_their_records_do_one_by_one()
    {
        var trace =
            from records in Records
            from big in Gen.Elements(false, true)
            from longSize in Gen.Elements(4, 8)
            from packed in Gen.Elements(false, true)
            select (records, big, longSize, packed);
        Prop.ForAll(trace.ToArbitrary(), t =>
        {
            var (together, _) = Build(t.records, t.big, t.longSize, t.packed, apart: false);
            var (apart, _) = Build(t.records, t.big, t.longSize, t.packed, apart: true);
            Assert.Equal(DatText.Of(apart), DatText.Of(together));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Fact]
    public void Each_row_says_where_its_record_stands() => Prop.ForAll(Records.ToArbitrary(), records =>
    {
        var (file, places) = Build(records, bigEndian: false, 8, packed: false, apart: false);
        using var trace = Trace.Open(TraceInput.FromBytes(file), new TraceOptions { Threads = 1 });
        var offsets = new List<long>();
        foreach (var batch in trace.Batches())
            for (var i = 0; i < batch.Count; i++)
                if ((batch.Heads[i].Flags & KvmTraceLab.Parser.Events.RowFlags.Lost) == 0) offsets.Add(batch.Heads[i].Offset);
        Assert.Equal(records.Count, offsets.Count);
        Assert.Equal(places.Select(p => p - places[0]), offsets.Select(o => o - offsets[0]));
        Assert.Equal(records.Count, trace.Lines.Events);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static (byte[] File, List<long> Places) Build(List<Written> records, bool bigEndian, int longSize, bool packed, bool apart)
    {
        var file = new TraceDatBuilder { PageSize = PageSize, BigEndian = bigEndian, LongSize = longSize, Version = packed ? 7 : 6, Compression = packed ? "zlib" : "none" };
        foreach (var format in Formats) file.Event("kvm", format);
        var places = new List<long>();
        var pages = 0;
        var page = new RingPageBuilder(1000, bigEndian, longSize);
        var onPage = 0;
        foreach (var record in records)
        {
            if (onPage == PageRecords || record.Before is "page" or "lost")
            {
                file.Page(0, page);
                pages++;
                page = new RingPageBuilder((ulong)(pages + 1) << 40, bigEndian, longSize);
                if (record.Before == "lost") page.Missed(3);
                onPage = 0;
            }

            if (record.Before == "extend") page.TimeExtend(5);
            if (record.Before == "stamp") page.TimeStamp(((ulong)(pages + 1) << 40) + 99);
            if (record.Before == "discarded") page.Discarded(3, 12);
            if (apart) page.TimeExtend(0);
            places.Add((pages * PageSize) + page.HeaderSize + page.Used);
            page.Data(record.Delta, Bytes(record, bigEndian), record.LongForm);
            onPage++;
        }

        return (file.Page(0, page).Build(), places);
    }

    private static byte[] Bytes(Written record, bool big)
    {
        var bytes = new byte[record.Event switch { 0 => 28, 2 => 24, _ => 12 }];
        Put16(0x1f + record.Event);
        bytes[2] = record.Flags;
        Put(4, (uint)record.Pid);
        switch (record.Event)
        {
            case 0:
                Put(12, record.Fixed);
                Put(16, 4);
                Put(20, 1);
                Put(24, record.Counts);
                break;
            case 2:
                Put(8, 0);
                Put(big ? 20 : 16, record.Counts);
                Put(big ? 16 : 20, record.Fixed);
                break;
            default:
                Put(8, record.Counts);
                break;
        }

        return bytes;

        void Put16(int value)
        {
            if (big) BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
            else BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        }

        void Put(int at, uint value)
        {
            if (big) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), value);
            else BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
        }
    }

    private static string Fields(params (string Type, string Name, int Offset, int Size)[] fields) =>
        string.Concat(fields.Select(f => $"\tfield:{f.Type} {f.Name};\toffset:{f.Offset};\tsize:{f.Size};\tsigned:0;\n"));
}
