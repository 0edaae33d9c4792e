using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace KvmTraceLab.Fuzz.Generate;

/// <summary>
/// What stands around the pages of an unpacked trace.dat, version 6: header and formats are those of a recording on Linux
/// 6.1 (kept packed beside this file), tasks, options and the table of CPUs are written here.
/// </summary>
internal static class DatFrame
{
    /// <param name="to">The file; it is gone back in.</param>
    /// <param name="cpus">CPUs of the table.</param>
    /// <param name="tasks">Threads and their names.</param>
    /// <param name="writePages">Writes the pages of a CPU at the end of the file.</param>
    public static void Write(Stream to, int cpus, IEnumerable<(int Tid, string Comm)> tasks, Action<int> writePages)
    {
        using var head = new MemoryStream();
        using (var packed = new GZipStream(Assembly.GetExecutingAssembly().GetManifestResourceStream("linux-6.1-head.gz")!, CompressionMode.Decompress))
            packed.CopyTo(head);
        var names = Encoding.ASCII.GetBytes(string.Concat(tasks.Select(t => $"{t.Tid} {t.Comm}\n")));
        head.Write(Number((ulong)names.Length, 8));
        head.Write(names);
        head.Write(Number((ulong)cpus, 4));
        head.Write("options  \0"u8);
        Option(head, 4, "[local] global counter uptime perf mono mono_raw boot tai x86-tsc\n\0");
        Option(head, 5, "Linux generated 6.1.0-generated x86_64\0");
        head.Write(Number(0, 2));
        head.Write("flyrecord\0"u8);
        var table = head.Length;
        head.Write(new byte[16 * cpus]);
        head.Write(Number(7, 8));
        head.Write("[local]"u8);
        head.Write(new byte[(int)((DatPages.Size - (head.Length % DatPages.Size)) % DatPages.Size)]);
        to.Write(head.GetBuffer().AsSpan(0, (int)head.Length));
        var sizes = new (long At, long Size)[cpus];
        for (var i = 0; i < cpus; i++)
        {
            var at = to.Position;
            writePages(i);
            sizes[i] = (at, to.Position - at);
        }

        to.Position = table;
        foreach (var (at, size) in sizes)
        {
            to.Write(Number((ulong)at, 8));
            to.Write(Number((ulong)size, 8));
        }
    }

    private static void Option(Stream to, int id, string text)
    {
        to.Write(Number((ulong)id, 2));
        to.Write(Number((ulong)text.Length, 4));
        to.Write(Encoding.ASCII.GetBytes(text));
    }

    private static byte[] Number(ulong value, int size)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes[..size];
    }
}
