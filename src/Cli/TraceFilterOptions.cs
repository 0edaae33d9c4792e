using System.CommandLine;
using System.Globalization;

namespace KvmTraceLab.Cli;

/// <summary>Which part of a trace takes part: a span of time, vCPUs, threads.</summary>
internal sealed class TraceFilterOptions(string toName)
{
    private readonly Option<string?> _from = new("--from") { Description = "leave out what is before this time (as the trace prints it: seconds, or ticks)", HelpName = "S" };
    private readonly Option<string?> _to = new(toName) { Description = "leave out what is after this time", HelpName = "S" };
    private readonly Option<string[]> _vcpu = new("--vcpu") { Description = "only these vCPUs (0,1,…)", HelpName = "N,…", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string[]> _tid = new("--tid") { Description = "only these threads", HelpName = "N,…" };

    public IEnumerable<Option> All => [_from, _to, _vcpu, _tid];

    public TraceRequest Bind(ParseResult parsed, TraceRequest request) => request with
    {
        From = TraceTime.Parse("--from", parsed.GetValue(_from)),
        To = TraceTime.Parse(_to.Name, parsed.GetValue(_to)),
        Tids = Numbers("--tid", parsed.GetValue(_tid)),
        Vcpus = Numbers("--vcpu", parsed.GetValue(_vcpu)),
    };

    private static HashSet<int> Numbers(string option, string[]? texts)
    {
        var numbers = new HashSet<int>();
        foreach (var part in (texts ?? []).SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new UsageException($"{option} {part}: expected whole numbers separated by commas");
            numbers.Add(number);
        }

        return numbers;
    }
}
