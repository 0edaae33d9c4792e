using KvmTraceLab.Mmu.Cases;
using KvmTraceLab.Output.Mmu;

namespace KvmTraceLab.Cli.Mmu;

/// <summary>
/// Finds the columns of a case file by name, in any order, and reads rows. A column of the other vendor may be empty or
/// missing; what a row's own vendor needs may not be missing.
/// </summary>
internal sealed class EvalColumns
{
    private readonly string _file;
    private readonly Dictionary<string, int> _index = new(StringComparer.OrdinalIgnoreCase);

    public EvalColumns(string file, CsvRow header)
    {
        _file = file;
        Header = [.. header.Cells.Select(c => c.Trim().TrimStart('\uFEFF'))];
        for (int i = 0; i < Header.Count; i++)
            _index.TryAdd(Header[i], i);
        string[] missing = [.. Names.Where(n => !_index.ContainsKey(n))];
        if (missing.Length > 0)
            throw new UsageException($"{file}:{header.Line}: column {string.Join(", ", missing)} missing; expected columns {string.Join(',', Names)}");
    }

    /// <summary>The input columns, in the order the documentation gives.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "vendor", "feature", "execonly", "ad", "stage", "read", "write", "exec_s", "exec_u", "present", "user", "nx", "op", "page_user", "efer_nx", "cr4_smep",
    ];

    /// <summary>The header as found.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>One row as a case.</summary>
    public AccessCase Read(CsvRow row)
    {
        if (row.Cells.Count != Header.Count)
            throw new UsageException($"{_file}:{row.Line}: {row.Cells.Count} cells where the header has {Header.Count}");
        bool intel = Pick("vendor", ("intel", true), ("amd", false));
        return new AccessCase
        {
            Intel = intel,
            Feature = Flag("feature"),
            ExecOnly = Flag("execonly"),
            AccessedDirty = Flag("ad"),
            Walk = Pick("stage", ("final", false), ("walk", true)),
            Read = Flag("read"),
            Write = Flag("write"),
            ExecS = Flag("exec_s"),
            ExecU = Flag("exec_u"),
            Present = Flag("present", whenEmpty: true),
            User = Flag("user"),
            Nx = Flag("nx"),
            Operation = Pick("op", ("READ", AccessOperation.Read), ("WRITE", AccessOperation.Write), ("EXEC", AccessOperation.Exec)),
            PageUser = Flag("page_user"),
            EferNx = Flag("efer_nx"),
            Cr4Smep = Flag("cr4_smep"),
        };

        string Cell(string column) => row.Cells[_index[column]].Trim();

        bool Flag(string column, bool whenEmpty = false) => Cell(column) switch
        {
            "1" => true,
            "0" => false,
            "" => whenEmpty,
            string other => throw Bad(column, other, "0, 1 or empty"),
        };

        T Pick<T>(string column, params (string Word, T Value)[] choices)
        {
            string cell = Cell(column);
            foreach ((string word, T value) in choices)
            {
                if (string.Equals(word, cell, StringComparison.OrdinalIgnoreCase))
                    return value;
            }

            throw Bad(column, cell, string.Join(" or ", choices.Select(c => c.Word)));
        }

        UsageException Bad(string column, string cell, string expected) =>
            new($"{_file}:{row.Line}: column {column} is '{cell}', expected {expected}; expected columns {string.Join(',', Names)}");
    }
}
