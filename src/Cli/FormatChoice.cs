namespace KvmTraceLab.Cli;

/// <summary>The values of <c>--format</c> that a command honours; the first is what it writes unless told.</summary>
/// <param name="Names">The values; none where the command has no such option.</param>
/// <param name="Extensions">The values that the end of <c>-o</c>'s name chooses, where nothing is said.</param>
internal sealed record FormatChoice(string[] Names, params string[] Extensions)
{
    public static FormatChoice None { get; } = new([]);

    public static FormatChoice Report { get; } = new(["text", "json", "csv", "md"]);

    public static FormatChoice Page { get; } = new(["html", "text", "json", "csv", "md"]);

    public static FormatChoice Chart { get; } = new(["svg", "png", "text", "json", "csv", "md"], "svg", "png");

    public string Description => string.Join(", ", Names, 0, Names.Length - 1) + $" or {Names[^1]}"
        + (Extensions.Length > 0 ? $" (default {Names[0]}, or what the name after -o ends in)" : $" (default {Names[0]})");

    /// <summary>The format asked for, by word or by the output's name.</summary>
    /// <exception cref="UsageException">There is no such format.</exception>
    public string Resolve(string? word, string? output)
    {
        if (Names.Length == 0) return "";
        if (word is not null) return Names.Contains(word) ? word : throw new UsageException($"--format {word}: known are {string.Join(", ", Names)}");
        var extension = Extensions.Length == 0 ? "" : Path.GetExtension(output ?? "").TrimStart('.');
        if (extension.Length == 0) return Names[0];
        return Array.Find(Extensions, e => string.Equals(e, extension, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"-o {output}: the name ends in .{string.Join(" or .", Extensions)}, or say --format");
    }
}
