using System.CommandLine;
using KvmTraceLab.Mmu;

namespace KvmTraceLab.Cli.Mmu;

/// <summary>Options that the subcommands of <c>ktl mmu</c> share, and the readers of their words.</summary>
internal static class MmuOptions
{
    public static Option<string> Format(string fallback) =>
        new("--format") { Description = $"text, json, csv or md (default {fallback})", DefaultValueFactory = _ => fallback, HelpName = "FORMAT" };

    public static Option<string> Word(string name, string fallback, string description, string helpName = "on|off") =>
        new(name) { Description = $"{description} (default {fallback})", DefaultValueFactory = _ => fallback, HelpName = helpName };

    public static MmuFormat ParseFormat(string word) => Pick("--format", word,
        ("text", MmuFormat.Text), ("json", MmuFormat.Json), ("csv", MmuFormat.Csv), ("md", MmuFormat.Md));

    public static bool ParseSwitch(string option, string word) => Pick(option, word, ("on", true), ("off", false), ("1", true), ("0", false));

    public static KvmKernel ParseKernel(string word) => KvmKernels.TryParse(word, out KvmKernel kernel)
        ? kernel
        : throw new UsageException($"--kernel: '{word}' is no kernel version; say 7.2, 7.1 or 6.1");

    /// <summary>A hexadecimal number, with or without 0x: traces print both.</summary>
    public static ulong ParseHex(string option, string word)
    {
        ReadOnlySpan<char> digits = word.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? word.AsSpan(2) : word;
        return ulong.TryParse(digits, System.Globalization.NumberStyles.AllowHexSpecifier, null, out ulong value)
            ? value
            : throw new UsageException($"{option}: '{word}' is no hexadecimal number of at most 64 bits");
    }

    /// <summary>The value of one of some words, without regard to case.</summary>
    public static T Pick<T>(string option, string word, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        var words = new List<string>();
        foreach ((string candidate, T value) in choices)
        {
            if (string.Equals(candidate, word, StringComparison.OrdinalIgnoreCase))
                return value;
            words.Add(candidate);
        }

        throw new UsageException($"{option}: '{word}' is not one of {string.Join(", ", words)}");
    }
}
