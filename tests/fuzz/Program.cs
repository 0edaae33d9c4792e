using System.Globalization;
using KvmTraceLab.Fuzz.Generate;

var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i + 1 < args.Length; i += 2) options[args[i]] = args[i + 1];

if (args.Length % 2 != 0 || !options.TryGetValue("--generate", out var kind) || kind is not ("text" or "dat") || !options.TryGetValue("--out", out var path))
{
    Console.Error.WriteLine("""
        usage: fuzz --generate text|dat --events N --out FILE [--vcpus N]
        """);
    return 2;
}

var events = Number("--events", 2_400_000);
var vcpus = (int)Math.Clamp(Number("--vcpus", 4), 1, 256);
using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
if (kind == "text") ReportText.Write(file, vcpus, events);
else DatFile.Write(file, vcpus, events);
return 0;

long Number(string name, long otherwise) =>
    options.TryGetValue(name, out var text) ? long.Parse(text, NumberStyles.Integer, CultureInfo.InvariantCulture) : otherwise;
