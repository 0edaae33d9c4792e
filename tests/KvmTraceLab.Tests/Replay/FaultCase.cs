using System.Globalization;
using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Replay;
using KvmTraceLab.Replay.Faults;
using KvmTraceLab.Replay.Faults.Rules;
using KvmTraceLab.Replay.Hypotheses;

namespace KvmTraceLab.Tests.Replay;

/// <summary>
/// One closed fault in a line of words, held against the rules and the hypotheses without a trace:
/// <c>npt61 7 before=RXUmh asked set=RWXUmh</c>. The first word is the host, the second the code (hexadecimal; for NPT
/// 0x1_0000_0000 is added where no stage is named), the rest is what was seen.
/// </summary>
/// <remarks>
/// SPTEs are spelled by letters: R, W, X (XS, or no NX), U (XU on EPT, else U), m MMU-writable, h host-writable, l large,
/// t A/D disabled (without R, W, X, U: access-tracked); <c>'6</c> for another frame, <c>@2</c> for the level. 0 is absent, f frozen.
/// </remarks>
internal sealed class FaultCase
{
    private readonly ReplayConfig _config;
    private readonly FaultGroup _group = new() { Gpa = 0x12000, HasEntry = true, UserspaceReason = -1, Level = GuestLevel.L1, EntrySequence = 10, Sequence = 20 };
    private NestedAnswer? _answer;

    private FaultCase(string words)
    {
        var parts = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var host = parts[0];
        var intel = host is "ept61" or "ept71" or "ept72" or "mbec" or "nombec";
        _config = new ReplayConfig(new ReplayOptions
        {
            Intel = intel, Kernel = host.EndsWith("61", StringComparison.Ordinal) || host == "shadow" ? KvmKernel.V61 : host == "ept71" ? KvmKernel.V71 : KvmKernel.V72,
            Mbec = host == "mbec" ? true : host == "nombec" ? false : null, Gmet = host == "gmet" ? true : host == "nogmet" ? false : null,
        })
        { MmuEvents = true, ShadowPaging = host == "shadow" };
        var mode = intel ? FaultMode.Ept : host == "shadow" ? FaultMode.Shadow : FaultMode.Npt;
        var code = Hex(parts[1]);
        if (mode == FaultMode.Npt && code >> 32 == 0) code |= 1UL << 32;
        _group.Access = new FaultAccess(mode, code, _config.Gmet == true);
        foreach (var part in parts.AsSpan(2))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            See(at < 0 ? part : part[..at], at < 0 ? "" : part[(at + 1)..]);
        }
    }

    /// <summary>The rule that speaks, its verdict, and how the fault was left if it was not settled.</summary>
    public static string Judge(string words)
    {
        var context = new FaultCase(words).Context();
        foreach (var rule in FaultRules.All)
            if (rule.Judge(context) is { } said) return $"{rule.Name} {said.Verdict.Name()}{(said.Unresolved == Unresolved.No ? "" : " " + said.Unresolved)}";
        return "";
    }

    /// <summary>The sentence of the rule that speaks.</summary>
    public static string Why(string words)
    {
        var context = new FaultCase(words).Context();
        return FaultRules.All.Select(r => r.Judge(context)).First(j => j is not null)!.Value.Why(context);
    }

    /// <summary>The hypotheses that explain something of it, with how much, in the list's order.</summary>
    public static string Explain(string words, Unresolved unresolved)
    {
        var seen = FaultObservation.Of(new FaultCase(words).Context(), unresolved);
        return string.Join(' ', HypothesisList.All.Where(h => h.Explains(seen) != 0).Select(h => FormattableString.Invariant($"{h.Id}={h.Explains(seen)}")));
    }

    public FaultContext Context()
    {
        var context = new FaultContext(_config);
        Fill(context);
        return context;
    }

    public static FaultCase Of(string words) => new(words);

    /// <summary>One context serves one fault after the other.</summary>
    public void Fill(FaultContext context) => context.Fill(_group, _answer, _config.Layout);

    public Spte Spte(string letters) => new(Value(letters).Spte, _config.Layout);

    private void See(string word, string value)
    {
        switch (word)
        {
            case "l2": _group.Level = GuestLevel.L2; break;
            case "tdpmmu": (_config.TdpMmu, _config.OtherThreads) = (true, 1); break;
            case "alone": _config.OtherThreads = 0; break;
            case "given": _group.GivenBefore = Value(value).Spte; break;
            case "nommu": _config.MmuEvents = false; break;
            case "asked": (_group.Requested, _group.RequestedGfn, _group.RequestedLevel) = (true, 0x12, 1); break;
            case "fast":
                _group.FastTries++;
                (_group.FastOld, _group.FastNew) = (Value(value.Split('>')[0]).Spte, Value(value.Split('>')[1]).Spte);
                break;
            case "fixed": _group.FastFixed = true; break;
            case "tdp":
                _group.TdpChanges++;
                _group.TdpOld = Value(value.Split('>')[0]).Spte;
                (_group.TdpNew, _group.TdpLevel) = Value(value.Split('>')[1]);
                break;
            case "set":
                _group.Sets++;
                (_group.SetSpte, _group.SetLevel) = Value(value);
                break;
            case "before": _group.Before = Known(value); break;
            case "after": _group.After = Known(value); break;
            case "mbec12": _group.Mbec12 = value == "on"; break;
            case "own-unmap": _group.OwnUnmap = true; break;
            case "set-hva": _group.OwnSetHva = true; break;
            case "async": _group.AsyncPf = true; break;
            case "unsync": _group.Unsync = true; break;
            case "split": _group.Split = true; break;
            case "pml": _group.PmlFull = true; break;
            case "zapped": _group.ZappedHere = true; break;
            case "emulated": _group.Emulations++; break;
            case "mmio": _group.Mmios++; break;
            case "mmio-write": _group.MmioWrite = true; break;
            case "fast-mmio": _group.FastMmio = true; break;
            case "mark": _group.MarkMmio = true; break;
            case "handle": _group.HandleMmio = true; break;
            case "user": _group.UserspaceReason = int.Parse(value, CultureInfo.InvariantCulture); break;
            case "user-error": _group.UserspaceError = true; break;
            case "pf": _group.InjectedPf = true; break;
            case "exception": _group.InjectedOther = true; break;
            case "no-entry": _group.HasEntry = false; break;
            case "lost": _group.Lost = true; break;
            case "inject":
                var numbers = value.Split(':');
                (_group.Injections, _group.InjectReason) = (1, (uint)Hex(numbers[0]));
                if (numbers.Length > 1) _group.InjectInfo1 = Hex(numbers[1]);
                if (numbers.Length > 2) _group.InjectInfo2 = Hex(numbers[2]);
                break;
            case "walk-changed": _group.WalkChanged = true; break;
            case "pferr": _group.WalkPferr = (uint)Hex(value); break;
            case "error": (_group.WalkError, _group.WalkErrorPferr) = (true, (uint)Hex(value)); break;
            case "leaf": (_group.Walked, _group.ElementCount, _group.Elements[0]) = (true, 1, new WalkElementSeen(Hex(value), 1)); break;
            case "l1": // outcome:effective[:info:mask]
                var answer = value.Split(':');
                _answer = new NestedAnswer(Enum.Parse<NestedOutcome>(answer[0], ignoreCase: true), Complete: true, Present: true, Hex(answer[1]),
                    answer.Length > 2 ? Hex(answer[2]) : 0, answer.Length > 3 ? Hex(answer[3]) : 0);
                break;
            case "incomplete": _answer = _answer! with { Complete = false }; break;
            case "absent": _answer = _answer! with { Present = false }; break;
            default: throw new ArgumentException($"no such word: {word}", nameof(word));
        }
    }

    /// <summary><c>LETTERS[@level][#sequence][~lane]</c>; absent SPTEs are known to be absent.</summary>
    private SpteKnowledge Known(string text)
    {
        var (rest, lane) = Cut(text, '~');
        (rest, var sequence) = Cut(rest, '#');
        var (spte, level) = Value(rest);
        return new SpteKnowledge(spte == 0 ? SpteState.Absent : SpteState.Known, spte, level, sequence ?? 1, lane ?? 0);
    }

    private (ulong Spte, int Level) Value(string text)
    {
        (text, var level) = Cut(text, '@');
        (text, var frame) = Cut(text, '\'');
        var layout = _config.Layout;
        if (text is "0" or "f") return (text == "0" ? 0 : layout.FrozenValue, level ?? 1);
        var spte = (ulong)(frame ?? 5) << 24 | SpteLayout.MmuPresent | (text.Contains('X', StringComparison.Ordinal) ? layout.Xs : layout.Nx) | layout.SuppressVe;
        foreach (var letter in text)
        {
            spte |= letter switch
            {
                'R' => 1UL, 'W' => 2, 'X' => 0, 'U' => layout.Xu | layout.User, 'm' => layout.MmuWritable, 'h' => layout.HostWritable,
                'l' => SpteLayout.PageSize, 't' => 1UL << layout.AdShift, 'a' => layout.Accessed, _ => throw new ArgumentException($"no such letter: {letter}", nameof(text)),
            };
        }

        return (spte, level ?? 1);
    }

    private static (string, int?) Cut(string text, char mark) =>
        text.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at ? (text[..at], int.Parse(text.AsSpan(at + 1), CultureInfo.InvariantCulture)) : (text, null);

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
