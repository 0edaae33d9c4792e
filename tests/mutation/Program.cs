using System.Diagnostics;
using System.Globalization;
using KvmTraceLab.Mutation;

if (args is ["--serve", var served, var replaced, var servedAreas]) return Worker.Serve(served, replaced, servedAreas);

var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i + 1 < args.Length; i += 2) options[args[i]] = args[i + 1];
if (args.Length % 2 != 0 || !options.TryGetValue("--project", out var project))
{
    Console.Error.WriteLine("""
        usage: mutation --project Mmu|Replay [--tests AREA,…] [--then AREA,…] [--only TEXT,…] [--kinds operator,statement,number]
                               [--again FILE] [--sample N] [--seed S] [--minutes M] [--jobs N] [--seconds S] [--list FILE]

        Changes one operator, number or statement of src/PROJECT at a time and runs the tests of the areas (namespaces below
        KvmTraceLab.Tests, or single classes, -AREA leaves out; the project's own unless given) against it. --then names slow
        tests that only mutants have to face which those let pass. --only keeps files whose path contains one of the texts;
        --again keeps the mutants of a list made before. --sample takes N mutants at random; --minutes stops after so long;
        --seconds is the limit of one mutant. --list writes the survivors.
        Build the tests first: dotnet build -c Release tests/KvmTraceLab.Tests. Survivors that no test can catch stand, with
        the reason, in tests/mutation/equivalent.txt. The exit code is 1 when others survived.
        """);
    return 2;
}

var root = FindRoot();
var bin = options.GetValueOrDefault("--bin", Path.Combine(root, "artifacts", "bin", "KvmTraceLab.Tests", "release"));
var stages = options.TryGetValue("--then", out var slow) ? new[] { options.GetValueOrDefault("--tests", project), slow } : [options.GetValueOrDefault("--tests", project)];
var subject = new Subject(root, project, bin);
var only = options.GetValueOrDefault("--only", "").Split(',');
var kinds = options.TryGetValue("--kinds", out var wanted) ? wanted.Split(',').Select(k => Enum.Parse<MutantKind>(k, ignoreCase: true)).ToArray() : Enum.GetValues<MutantKind>();
var equivalent = File.ReadLines(Path.Combine(root, "tests", "mutation", "equivalent.txt"))
    .Where(l => l.Length > 0 && l[0] is not '#' and not ' ').ToHashSet(StringComparer.Ordinal);
List<Mutant> mutants = [.. subject.Trees.Where(t => Array.Exists(only, o => t.Key.Contains(o, StringComparison.Ordinal))).SelectMany(t => Mutator.Of(t.Key, t.Value)).Where(m => kinds.Contains(m.Kind))];
if (options.TryGetValue("--again", out var before))
{
    var again = File.ReadLines(before).ToHashSet(StringComparer.Ordinal);
    mutants.RemoveAll(m => !again.Contains(m.Key));
}

var left = mutants.Where(m => equivalent.Contains(m.Key)).ToList();
mutants.RemoveAll(m => equivalent.Contains(m.Key));
if (options.TryGetValue("--sample", out var sample))
{
    var random = new Random(Number("--seed", 1));
    mutants = [.. mutants.OrderBy(_ => random.Next()).Take(int.Parse(sample, CultureInfo.InvariantCulture))];
}

var scratch = Directory.CreateTempSubdirectory("ktl-mutation-").FullName;
var clock = Stopwatch.StartNew();
var until = options.ContainsKey("--minutes") ? TimeSpan.FromMinutes(Number("--minutes", 0)) : TimeSpan.MaxValue;
int next = -1, invalid = 0;
var survivors = new List<Mutant>();
var killed = new List<Mutant>();
var alone = new List<Mutant>();
try
{
    var unchanged = NewPath("unchanged");
    if (!subject.Emit(null, unchanged, out var error)) throw new InvalidOperationException($"{project} does not compile: {error}");
    var blend = NewPath("blend");
    var numbers = subject.EmitBlend(mutants, blend);
    alone.AddRange(mutants.Where(m => !numbers.ContainsKey(m)));
    Console.WriteLine($"{mutants.Count} mutants of {project}, {numbers.Count} of them in one assembly; {left.Count} known to be equivalent");
    ForEach([.. mutants.Where(numbers.ContainsKey)], blend, (workers, mutant, _) => Told(mutant, Judged(workers, blend, numbers[mutant], blend)));
    ForEach([.. alone], unchanged, (workers, mutant, at) =>
    {
        // A new name each time: the last one may still be mapped.
        var path = NewPath($"{at}");
        if (subject.Emit(mutant, path, out _)) Told(mutant, Judged(workers, path, 0, unchanged));
        else Interlocked.Increment(ref invalid);
        File.Delete(path);
    });
}
finally
{
    Directory.Delete(scratch, recursive: true);
}

foreach (var file in killed.Concat(survivors).Concat(left).Select(m => m.File).Distinct().Order(StringComparer.Ordinal))
{
    int dead = killed.Count(m => m.File == file), alive = survivors.Count(m => m.File == file);
    Console.WriteLine($"{file}: {dead} killed of {dead + alive}, {left.Count(m => m.File == file)} equivalent");
}

Console.WriteLine($"{killed.Count} killed, {survivors.Count} survived of {killed.Count + survivors.Count} that compile ({invalid} do not; {left.Count} equivalent left out), {clock.Elapsed.TotalSeconds:f0} s");
if (options.TryGetValue("--list", out var list)) File.WriteAllLines(list, survivors.OrderBy(s => s.File, StringComparer.Ordinal).ThenBy(s => s.Line).Select(s => s.Key));
return survivors.Count == 0 ? 0 : 1;

string NewPath(string folder) => Path.Combine(Directory.CreateDirectory(Path.Combine(scratch, folder)).FullName, subject.Assembly + ".dll");

void ForEach(List<Mutant> some, string first, Action<Worker[], Mutant, int> judge)
{
    next = -1;
    Parallel.For(0, Number("--jobs", 2), job =>
    {
        var workers = Array.ConvertAll(stages, s => new Worker(bin, subject.Assembly, s, Number("--seconds", 60)));
        while (clock.Elapsed < until && Interlocked.Increment(ref next) is var at && at < some.Count) judge(workers, some[at], at);
        foreach (var worker in workers)
        {
            lock (survivors) if (job == 0 && worker.Baseline.Length > 0) Console.WriteLine($"{Path.GetFileName(Path.GetDirectoryName(first))}: {worker.Baseline}");
            worker.Dispose();
        }
    });
}

// What failed at the first stage that notices it; null where every stage passes.
static string? Judged(Worker[] workers, string path, int number, string first)
{
    string? doubt = null;
    foreach (var worker in workers)
    {
        switch (worker.Judge(path, number, first))
        {
            case null: break;
            case (TestBed.Stained or TestBed.Unreached) and var answer: doubt = answer; break;
            case var failure: return failure;
        }
    }

    return doubt;
}

void Told(Mutant mutant, string? failure)
{
    lock (survivors)
    {
        (failure is null ? survivors : failure is TestBed.Stained or TestBed.Unreached ? alone : killed).Add(mutant);
        if (failure is null) Console.WriteLine($"survived {mutant.File}:{mutant.Line}: {mutant.Old} => {mutant.New}");
    }
}

int Number(string name, int otherwise) => options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

static string FindRoot()
{
    for (var at = new DirectoryInfo(Environment.CurrentDirectory); at is not null; at = at.Parent)
        if (File.Exists(Path.Combine(at.FullName, "KvmTraceLab.sln"))) return at.FullName;
    throw new InvalidOperationException("run it inside the repository");
}
