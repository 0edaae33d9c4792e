using System.CommandLine;
using System.Globalization;
using System.Text;

namespace KvmTraceLab.Tests.Cli;

/// <summary>docs/ktl.1, made from the tree of commands as docs/reference.md is.</summary>
internal static class ManPage
{
    public static string Of(RootCommand root)
    {
        var page = new StringBuilder($"""
            .\" Made from the program's own help; KTL_UPDATE_GOLDEN=1 dotnet test -c Release --filter ReferenceTests writes it anew.
            .TH KTL 1 "" KvmTraceLab "User Commands"
            .nh
            .ad l
            .SH NAME
            ktl \- analyse and replay KVM traces recorded with trace\-cmd
            .SH SYNOPSIS
            .B ktl
            .I COMMAND
            .RI [ OPTION \&.\|.\|.]
            .I FILE
            .SH DESCRIPTION
            .B ktl
            reads KVM traces (trace.dat, or the text of trace\-cmd, ftrace and perf script) and says what the guest and KVM were doing: which exits,
            how long, from where; which of them repeat in a loop and what that most likely means; which EPT/NPT faults were expected and which
            are KVM's fault; whether a change really made exits fewer.
            .PP
            .I FILE
            is a path, or \- for standard input; the content decides what it is, not the name, and gzip or zstd may be around it.
            .SH OPTIONS
            These belong to every command that reads a trace.

            """.ReplaceLineEndings("\n"));
        var shared = ReferencePage.Shared(root);
        foreach (var option in ReferencePage.Readers(root)[0].Options.Where(o => shared.Contains(ReferencePage.Row(o)))) Append(page, option);
        page.Append(".SH COMMANDS\n");
        foreach (var command in root.Subcommands) Append(page, command, "ktl ", shared);
        page.Append("""
            .SH EXIT STATUS
            .TP
            0
            Done.
            .TP
            1
            Done, and what was asked to hold does not.
            .TP
            2
            Could not do it; one line on standard error says why.
            .TP
            3
            Done, but the data cannot tell.
            .SH ENVIRONMENT
            .TP
            .B NO_COLOR
            Where it is set and not empty, a terminal gets no colour.
            .SH FILES
            .TP
            .IB trace.dat .ktl.json
            Facts about the host, written beside a trace by
            .BR "ktl record" ;
            read by
            .B ktl analyze
            and
            .BR "ktl replay" .
            .SH SEE ALSO
            .BR trace\-cmd (1),
            .BR trace\-cmd\-record (1),
            .BR perf\-kvm (1)

            """.ReplaceLineEndings("\n"));
        return page.ToString();
    }

    private static void Append(StringBuilder page, Command command, string before, List<string> shared)
    {
        var name = before + command.Name;
        var arguments = string.Concat(command.Arguments.Select(a => a.Arity.MaximumNumberOfValues > 1 ? $" {a.Name}…" : " " + a.Name));
        page.Append($".SS {Text(name + arguments)}\n");
        var text = (command.Description ?? "").Split("\n\nExamples:\n");
        page.Append(Line(text[0].TrimEnd()));
        foreach (var argument in command.Arguments.Where(a => a.Name != "FILE")) page.Append($".PP\n.I {Text(argument.Name)}\nis {Text(argument.Description ?? "")}.\n");
        foreach (var option in command.Options.Where(o => o.Name is not "--help" and not "--version" && (command.Arguments.All(a => a.Name != "FILE") || !shared.Contains(ReferencePage.Row(o))))) Append(page, option);
        if (text.Length > 1)
        {
            page.Append(".PP\n.EX\n");
            foreach (var line in text[1].Split('\n')) page.Append(Line(line.Trim()));
            page.Append(".EE\n");
        }

        foreach (var inner in command.Subcommands) Append(page, inner, name + " ", shared);
    }

    private static void Append(StringBuilder page, Option option)
    {
        var names = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(n => n.Length).Select(n => $"\\fB{Text(n)}\\fR"));
        var value = option.ValueType == typeof(bool) || option.HelpName is null ? "" : $" \\fI{Text(option.HelpName)}\\fR";
        page.Append($".TP\n{names}{value}\n{Line(option.Description ?? "")}");
    }

    private static string Line(string text)
    {
        var line = Text(text);
        return (line.StartsWith('.') || line.StartsWith('\'') ? "\\&" : "") + line + "\n";
    }

    /// <summary>ASCII, with groff's names for the rest, so that the page needs no encoding.</summary>
    private static string Text(string text)
    {
        var plain = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            plain.Append(rune.Value switch
            {
                '\\' => "\\e",
                '-' => "\\-",
                '…' => "...",
                '\n' => "\n",
                < 0x80 => rune.ToString(),
                _ => string.Create(CultureInfo.InvariantCulture, $"\\[u{rune.Value:X4}]"),
            });
        }

        // Lists without blanks may break after a comma.
        return plain.ToString().Replace(",", ",\\:", StringComparison.Ordinal).Replace(",\\: ", ", ", StringComparison.Ordinal);
    }
}
