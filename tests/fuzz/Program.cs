using System.Globalization;
using KvmTraceLab.Fuzz;
using KvmTraceLab.Fuzz.Generate;

var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i + 1 < args.Length; i += 2) options[args[i]] = args[i + 1];

if (args.Length % 2 == 0 && options.TryGetValue("--generate", out var kind) && kind is "text" or "dat" or "repeat" or "host-text" or "host-dat" && options.TryGetValue("--out", out var path))
{
    using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
    var vcpus = (int)Math.Clamp(Number("--vcpus", 4), 1, 256);
    if (kind == "host-text") HostText.Write(file, Host());
    else if (kind == "host-dat") HostDat.Write(file, Host());
    else if (kind == "repeat") RepeatedText.Write(file, options["--from"], Number("--events", 2_400_000));
    else if (kind == "text") ReportText.Write(file, vcpus, Number("--events", 2_400_000));
    else DatFile.Write(file, vcpus, Number("--events", 2_400_000));
    return 0;
}

if (args.Length % 2 == 0 && (options.ContainsKey("--minutes") || options.ContainsKey("--cases")))
{
    return FuzzProgram.Run(
        (int)Number("--seed", 1), options.TryGetValue("--minutes", out var minutes) ? double.Parse(minutes, CultureInfo.InvariantCulture) : 0,
        (int)Number("--first", 0), (int)Number("--cases", 0), options.GetValueOrDefault("--fixtures", "tests/KvmTraceLab.Tests/Fixtures"), options.GetValueOrDefault("--keep", Path.Combine(Path.GetTempPath(), "ktl-fuzz-findings")));
}

Console.Error.WriteLine("""
    usage: fuzz --minutes N [--seed S] [--first CASE] [--fixtures DIR] [--keep DIR]
           fuzz --cases N [--seed S] [--first CASE]
           fuzz --generate text|dat --events N --out FILE [--vcpus N]
           fuzz --generate host-text|host-dat --events N --out FILE [--cpus N] [--busy N] [--vms N] [--vcpus-each N]
                [--new rip|gpa|port|msr|tid|reason|loop|bug] [--lost N] [--seed S]
           fuzz --generate repeat --from TEXT --events N --out FILE
    """);
return 2;

long Number(string name, long otherwise) =>
    options.TryGetValue(name, out var text) ? long.Parse(text, NumberStyles.Integer, CultureInfo.InvariantCulture) : otherwise;

HostPlan Host()
{
    var cpus = (int)Math.Clamp(Number("--cpus", 2), 1, 4096);
    return new HostPlan(
        cpus, (int)Math.Clamp(Number("--busy", cpus), 1, cpus), (int)Math.Max(1, Number("--vms", 1)), (int)Math.Max(1, Number("--vcpus-each", 4)),
        Number("--events", 2_400_000), Number("--lost", 0), (int)Number("--seed", 1), options.GetValueOrDefault("--new", ""));
}
