using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace KvmTraceLab.Tests.Parser.TraceDat;

/// <summary>
/// Writes small valid trace.dat files, version 6 or 7, from formats, options and pages: the slow twin of the reader,
/// written from the file's description and not from the reader.
/// </summary>
public sealed class TraceDatBuilder
{
    private readonly List<(string System, string Text)> _formats = [];
    private readonly List<(int Id, byte[] Data)> _options = [];
    private readonly List<(string Name, List<List<byte[]>> Cpus)> _buffers = [("", [])];

    public bool BigEndian { get; init; }

    public int LongSize { get; init; } = 8;

    public int PageSize { get; init; } = 4096;

    public int Version { get; init; } = 6;

    /// <summary><c>none</c> or <c>zlib</c>, version 7 only.</summary>
    public string Compression { get; init; } = "none";

    /// <summary>Pages of a packed chunk.</summary>
    public int ChunkPages { get; init; } = 2;

    public string Cmdlines { get; init; } = "122 qemu\n7 kworker/0:1\n";

    public string Kallsyms { get; init; } = "ffffffff81000000 T _text\nffffffff81001000 t vmx_vcpu_run\t[kvm_intel]\n";

    public string Printk { get; init; } = "0xffffffff82000000 : \"CPU_ON\"\n";

    public string? HeaderPage { get; init; }

    /// <summary>A format text with the usual common fields before the given lines.</summary>
    public static string Format(string name, int id, string fields, string print = "\"\"") =>
        $"name: {name}\nID: {id}\nformat:\n" +
        "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" +
        "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n" +
        "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" +
        "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n" +
        $"{fields}\nprint fmt: {print}\n";

    public TraceDatBuilder Event(string system, string format)
    {
        _formats.Add((system, format));
        return this;
    }

    public TraceDatBuilder Option(int id, byte[] data)
    {
        _options.Add((id, data));
        return this;
    }

    public TraceDatBuilder Option(int id, string text) => Option(id, Encoding.UTF8.GetBytes(text + "\0"));

    public TraceDatBuilder Page(int cpu, RingPageBuilder page, string buffer = "") => Page(cpu, page.Build(PageSize), buffer);

    public TraceDatBuilder Page(int cpu, byte[] page, string buffer = "")
    {
        if (!_buffers.Exists(b => b.Name == buffer)) _buffers.Add((buffer, []));
        var cpus = _buffers.Find(b => b.Name == buffer).Cpus;
        while (cpus.Count <= cpu) cpus.Add([]);
        cpus[cpu].Add(page);
        return this;
    }

    public byte[] Build() => Version == 6 ? Build6() : Build7();

    public byte[] Numbers(params (ulong Value, int Size)[] numbers)
    {
        var writer = new Writer(BigEndian);
        foreach (var (value, size) in numbers) writer.Number(value, size);
        return writer.ToArray();
    }

    private int CpuCount => Math.Max(1, _buffers.Max(b => b.Cpus.Count));

    private byte[] Build6()
    {
        var w = Start();
        Header(w);
        Formats(w, ftrace: true);
        Formats(w, ftrace: false);
        Text32(w, Kallsyms);
        Text32(w, Printk);
        w.Number((ulong)Cmdlines.Length, 8).Text(Cmdlines);
        w.Number((ulong)CpuCount, 4);
        w.Text("options  \0");
        foreach (var (id, data) in _options) w.Number((ulong)id, 2).Number((ulong)data.Length, 4).Bytes(data);
        var patches = new List<(int At, string Name)>();
        foreach (var (name, _) in _buffers.Skip(1))
        {
            w.Number(3, 2).Number((ulong)(8 + name.Length + 1), 4);
            patches.Add((w.Length, name));
            w.Number(0, 8).Text(name + "\0");
        }

        w.Number(0, 2);
        Flyrecord6(w, "");
        foreach (var (at, name) in patches)
        {
            w.Patch(at, (ulong)w.Length, 8);
            Flyrecord6(w, name);
        }

        return w.ToArray();
    }

    private void Flyrecord6(Writer w, string name)
    {
        w.Text("flyrecord\0");
        var table = w.Length;
        for (var i = 0; i < CpuCount; i++) w.Number(0, 8).Number(0, 8);
        var cpus = _buffers.Find(b => b.Name == name).Cpus;
        for (var i = 0; i < cpus.Count; i++)
        {
            if (cpus[i].Count == 0) continue;
            w.Align(PageSize);
            w.Patch(table + (i * 16), (ulong)w.Length, 8);
            foreach (var page in cpus[i]) w.Bytes(page);
            w.Patch(table + (i * 16) + 8, (ulong)cpus[i].Sum(p => p.Length), 8);
        }
    }

    private byte[] Build7()
    {
        var w = Start();
        w.Text($"{Compression}\01.0\0");
        var optionsAt = w.Length;
        w.Number(0, 8);
        var sections = new List<(int Id, ulong At)>
        {
            Section(w, 16, Header),
            Section(w, 17, s => Formats(s, ftrace: true)),
            Section(w, 18, s => Formats(s, ftrace: false)),
            Section(w, 19, s => Text32(s, Kallsyms)),
            Section(w, 20, s => Text32(s, Printk)),
            Section(w, 21, s => s.Number((ulong)Cmdlines.Length, 8).Text(Cmdlines)),
        };
        w.Patch(optionsAt, (ulong)w.Length, 8);
        var next = 0;
        Options(w, o =>
        {
            foreach (var (id, at) in sections) o.Number((ulong)id, 2).Number(8, 4).Number(at, 8);
            foreach (var (id, data) in _options) o.Number((ulong)id, 2).Number((ulong)data.Length, 4).Bytes(data);
            o.Number(0, 2).Number(8, 4);
            next = o.Length;
            o.Number(0, 8);
        }, out var start);
        var buffers = _buffers.Select(b => Buffer7(w, b.Name, b.Cpus)).ToList();
        w.Patch(start + next, (ulong)w.Length, 8);
        Options(w, o =>
        {
            foreach (var data in buffers) o.Number(3, 2).Number((ulong)data.Length, 4).Bytes(data);
            o.Number(0, 2).Number(8, 4).Number(0, 8);
        }, out _);
        return w.ToArray();
    }

    private byte[] Buffer7(Writer w, string name, List<List<byte[]>> cpus)
    {
        var option = new Writer(BigEndian);
        option.Number((ulong)w.Length, 8).Text(name + "\0").Text("local\0").Number((ulong)PageSize, 4).Number((ulong)cpus.Count, 4);
        var packed = Compression != "none";
        w.Number(3, 2).Number(packed ? 1u : 0u, 2).Number(0, 4);
        var sizeAt = w.Length;
        w.Number(0, 8);
        for (var i = 0; i < cpus.Count; i++)
        {
            w.Align(PageSize);
            var at = w.Length;
            if (packed)
            {
                var chunks = cpus[i].Chunk(ChunkPages).ToList();
                w.Number((ulong)chunks.Count, 4);
                foreach (var chunk in chunks) Packed(w, [.. chunk.SelectMany(p => p)]);
            }
            else
            {
                foreach (var page in cpus[i]) w.Bytes(page);
            }

            // As trace-cmd: the count of chunks is not part of the size.
            option.Number((ulong)i, 4).Number((ulong)at, 8).Number((ulong)(w.Length - at - (packed ? 4 : 0)), 8);
        }

        w.Patch(sizeAt, (ulong)(w.Length - sizeAt - 8), 8);
        return option.ToArray();
    }

    private (int Id, ulong At) Section(Writer w, int id, Action<Writer> fill)
    {
        var at = (ulong)w.Length;
        var content = new Writer(BigEndian);
        fill(content);
        var packed = Compression != "none";
        var body = new Writer(BigEndian);
        if (packed) Packed(body, content.ToArray());
        else body.Bytes(content.ToArray());
        w.Number((ulong)id, 2).Number(packed ? 1u : 0u, 2).Number(0, 4).Number((ulong)body.Length, 8).Bytes(body.ToArray());
        return (id, at);
    }

    private void Options(Writer w, Action<Writer> fill, out int start)
    {
        var content = new Writer(BigEndian);
        fill(content);
        w.Number(0, 2).Number(0, 2).Number(0, 4).Number((ulong)content.Length, 8);
        start = w.Length;
        w.Bytes(content.ToArray());
    }

    private static void Packed(Writer w, byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(bytes);
        w.Number((ulong)packed.Length, 4).Number((ulong)bytes.Length, 4).Bytes(packed.ToArray());
    }

    private Writer Start() => new Writer(BigEndian).Bytes([0x17, 0x08, 0x44]).Text($"tracing{Version}\0")
        .Number(BigEndian ? 1u : 0u, 1).Number((ulong)LongSize, 1).Number((ulong)PageSize, 4);

    private void Header(Writer w)
    {
        var data = 8 + LongSize;
        var page = HeaderPage ??
            "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n" +
            $"\tfield: local_t commit;\toffset:8;\tsize:{LongSize};\tsigned:1;\n" +
            "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n" +
            $"\tfield: char data;\toffset:{data};\tsize:{PageSize - data};\tsigned:1;\n";
        const string Entry =
            "# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n" +
            "\tpadding     : type == 29\n\ttime_extend : type == 30\n\ttime_stamp : type == 31\n\tdata max type_len  == 28\n";
        w.Text("header_page\0").Number((ulong)page.Length, 8).Text(page);
        w.Text("header_event\0").Number((ulong)Entry.Length, 8).Text(Entry);
    }

    private void Formats(Writer w, bool ftrace)
    {
        if (ftrace)
        {
            var own = _formats.Where(f => f.System == "ftrace").ToList();
            w.Number((ulong)own.Count, 4);
            foreach (var (_, text) in own) w.Number((ulong)text.Length, 8).Text(text);
            return;
        }

        var systems = _formats.Where(f => f.System != "ftrace").GroupBy(f => f.System).ToList();
        w.Number((ulong)systems.Count, 4);
        foreach (var system in systems)
        {
            w.Text(system.Key + "\0").Number((ulong)system.Count(), 4);
            foreach (var (_, text) in system) w.Number((ulong)text.Length, 8).Text(text);
        }
    }

    private static void Text32(Writer w, string text) => w.Number((ulong)text.Length, 4).Text(text);

    private sealed class Writer(bool bigEndian)
    {
        private readonly List<byte> _bytes = [];

        public int Length => _bytes.Count;

        public Writer Number(ulong value, int size)
        {
            _bytes.AddRange(Bytes(value, size));
            return this;
        }

        public Writer Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

        public Writer Bytes(byte[] bytes)
        {
            _bytes.AddRange(bytes);
            return this;
        }

        public void Align(int size)
        {
            while (_bytes.Count % size != 0) _bytes.Add(0);
        }

        public void Patch(int at, ulong value, int size)
        {
            var bytes = Bytes(value, size);
            for (var i = 0; i < size; i++) _bytes[at + i] = bytes[i];
        }

        public byte[] ToArray() => [.. _bytes];

        private byte[] Bytes(ulong value, int size)
        {
            var bytes = new byte[8];
            if (bigEndian) BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
            else BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            return bigEndian ? bytes[(8 - size)..] : bytes[..size];
        }
    }
}
