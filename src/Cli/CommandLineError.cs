using System.CommandLine;
using System.CommandLine.Parsing;

namespace KvmTraceLab.Cli;

/// <summary>What could not be understood of a command line, in our own words: what, what was expected, where help is.</summary>
internal static class CommandLineError
{
    public static string Of(ParseResult parsed)
    {
        var at = parsed.CommandResult;
        var path = at.Command.Name;
        for (var up = at.Parent as CommandResult; up is not null; up = up.Parent as CommandResult) path = $"{(up.Parent is null ? "ktl" : up.Command.Name)} {path}";
        if (at.Parent is null) path = "ktl";
        return $"{What(parsed)} (see `{path} --help`)";
    }

    private static string What(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0)
        {
            var names = command.Subcommands.Select(c => c.Name).ToList();
            return parsed.UnmatchedTokens.Count > 0
                ? $"no command '{parsed.UnmatchedTokens[0]}'{Spelling.Hint(parsed.UnmatchedTokens[0], names)}"
                : $"name a command: {string.Join(", ", names)}";
        }

        if (command.Options.FirstOrDefault(o => o.Required && parsed.GetResult(o) is null or { Tokens.Count: 0 }) is { } needed && parsed.UnmatchedTokens.Count == 0)
            return $"{needed.Name} is missing: {needed.Description}";
        var error = parsed.Errors[0];
        return error.SymbolResult switch
        {
            OptionResult { Tokens.Count: > 0 } option when Number(option.Option.ValueType) is { } number => $"{option.Option.Name} {option.Tokens[0].Value}: expected {number}",
            ArgumentResult { Argument: { Arity.MinimumNumberOfValues: var least } argument } result when result.Tokens.Count < least =>
                least == 1 ? $"{argument.Name} is missing: {argument.Description}" : $"{least} or more {argument.Name} are needed, found {result.Tokens.Count}",
            _ => error.Message.TrimEnd('.'),
        };
    }

    private static string? Number(Type type) => (Nullable.GetUnderlyingType(type) ?? type.GetElementType() ?? type) switch
    {
        var t when t == typeof(int) || t == typeof(ulong) => "a whole number",
        var t when t == typeof(double) => "a number",
        _ => null,
    };
}
