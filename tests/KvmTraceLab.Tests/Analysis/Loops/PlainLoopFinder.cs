namespace KvmTraceLab.Tests.Analysis.Loops;

/// <summary>
/// Finds loops by looking at every place and every period of a lane that is held whole: what a loop is, said as plainly as can be. The lane's
/// n-th event happens n microseconds after the first.
/// </summary>
internal sealed class PlainLoopFinder
{
    private const int MaxPeriod = 64;
    private const int MaxInterruption = 64;

    /// <summary>A turn with what broke into it lies within so many events behind the one before.</summary>
    private const int Past = MaxInterruption + (2 * MaxPeriod);

    private readonly IReadOnlyList<PlainEvent> _lane;
    private readonly int _min;
    private readonly bool _withPage;

    /// <summary>Places in the lane of the events at hand: between two lost markers, without the host's trips.</summary>
    private readonly List<int> _at = [];
    private readonly List<int> _hostExits = [];
    private readonly List<string> _tokens = [];

    private PlainLoopFinder(IReadOnlyList<PlainEvent> lane, int first, int last, int min, bool withPage)
    {
        (_lane, _min, _withPage) = (lane, min, withPage);
        for (var i = first; i < last; i++)
        {
            if (!lane[i].IsHosts)
            {
                _at.Add(i);
                _tokens.Add(lane[i].Token(withPage));
            }
            else if (lane[i].IsExit)
            {
                _hostExits.Add(i);
            }
        }
    }

    /// <summary>All loops, in the order of their beginning.</summary>
    public static List<PlainLoop> Find(IReadOnlyList<PlainEvent> lane, int min)
    {
        var all = new List<PlainLoop>();
        for (int first = 0, i = 0; i <= lane.Count; i++)
        {
            if (i < lane.Count && !lane[i].IsLost) continue;
            var loops = new PlainLoopFinder(lane, first, i, min, withPage: true).Loops();
            all.AddRange(loops);
            all.AddRange(new PlainLoopFinder(lane, first, i, min, withPage: false).Loops().Where(s => !loops.Exists(l => s.First <= l.Last && l.First <= s.Last && 20 * l.Iterations * l.Period >= s.Iterations * s.Period)));
            first = i + 1;
        }

        return [.. all.OrderBy(l => l.First).ThenBy(l => l.Period)];
    }

    private IEnumerable<PlainLoop> Answers(List<Chain> chains) => chains.Select(Answer).OfType<PlainLoop>();

    private List<PlainLoop> Loops()
    {
        var repetitions = Repetitions();
        var taken = new bool[_tokens.Count];
        var loops = new List<Chain>();
        foreach (var period in repetitions.Select(r => r.Period).Distinct().OrderDescending())
        {
            // What lies inside a loop of a longer period is that loop's.
            var own = repetitions.Where(r => r.Period == period && !Enumerable.Range(r.Start, r.End - r.Start).All(i => taken[i])).ToList();
            while (own.Count > 0)
            {
                var chain = Chained(own[0], own, taken);
                var length = own.Count;
                own.RemoveAll(r => PlaceIn(chain, r) is not null && chain.Seen.Exists(s => s.At >= r.Start && s.At < r.End));
                if (own.Count == length) throw new InvalidOperationException("a repetition is part of its own loop");
                if (chain.Own.Count / period >= _min) loops.Add(chain);
            }

            foreach (var i in loops.SelectMany(l => l.Own)) taken[i] = true;
        }

        return [.. Answers(loops)];
    }

    /// <summary>All stretches of at least two turns, as long as they are, each with its smallest period.</summary>
    private List<Repetition> Repetitions()
    {
        var all = new List<Repetition>();
        for (var period = 1; period <= MaxPeriod; period++)
        {
            for (var start = 0; start + period < _tokens.Count;)
            {
                var end = start + period;
                while (end < _tokens.Count && _tokens[end] == _tokens[end - period]) end++;
                if (end - start >= 2 * period && !all.Exists(r => r.Start <= start && r.End >= end && period % r.Period == 0)) all.Add(new Repetition(start, end, period));
                start = end - period + 1;
            }
        }

        return [.. all.OrderBy(r => r.Start)];
    }

    /// <summary>The repetition and all that goes on with it: again and again as many events as a turn has, or two turns in a row.</summary>
    private Chain Chained(Repetition repetition, List<Repetition> others, bool[] taken)
    {
        var chain = new Chain(repetition.Period, repetition.Start);
        chain.Take(Enumerable.Range(repetition.Start, repetition.End - repetition.Start));
        while (GoesOn(chain, others, taken))
            for (var i = chain.Last + 1; i < _tokens.Count && _tokens[i] == Expected(chain, 0); i++) chain.Take([i]);
        return chain;
    }

    private bool GoesOn(Chain chain, List<Repetition> repetitions, bool[] taken)
    {
        var (matched, gaps, between, others) = (new List<int>(), 0, 0, 0);
        for (var i = chain.Last + 1; i < _tokens.Count && i - chain.Last <= Past; i++)
        {
            if ((taken[i] && (matched.Count == 0 || others > 0)) || _tokens[i] != Expected(chain, matched.Count))
            {
                others++;
            }
            else if (others <= MaxInterruption)
            {
                if (others > 0) gaps++;
                between += others;
                others = 0;
                matched.Add(i);
            }

            if (matched.Count == chain.Period)
            {
                // Chance repeats a turn now and then.
                if (chain.Turns >= 4 * (chain.Gaps + gaps) || (chain.Turns >= 4 && chain.Own.Count >= 2 * (chain.Between + between))) return chain.GoOn(matched, gaps, between);
                (matched, gaps, between, others) = ([], 0, 0, i - chain.Last);
            }

            foreach (var again in repetitions.Where(r => r.Start + (2 * r.Period) == i + 1))
            {
                var gap = again.Start - chain.Last - 1;
                var place = PlaceIn(chain, again);
                if (place is null || gap > MaxInterruption || gap < -chain.Carried || (chain.Turns < 4 * (chain.Gaps + 1) && chain.Own.Count < chain.Between + gap)) continue;
                if (place != chain.Place) chain.LeaveTurn(place.Value);
                return chain.GoOn(Enumerable.Range(again.Start, again.End - again.Start), 1, Math.Max(0, gap));
            }
        }

        return false;
    }

    /// <summary>With which event of the loop's turn the repetition begins; null where its turns are others.</summary>
    private int? PlaceIn(Chain chain, Repetition r) =>
        Enumerable.Range(0, chain.Period).Select(p => (int?)p).FirstOrDefault(p => Enumerable.Range(0, chain.Period).All(k => _tokens[r.Start + k] == _tokens[chain.Start + ((p!.Value + k) % chain.Period)]));

    private string Expected(Chain chain, int ahead) => _tokens[chain.Start + ((chain.Place + ahead) % chain.Period)];

    /// <summary>The loop as it is told; none without an exit.</summary>
    private PlainLoop? Answer(Chain chain)
    {
        var turn = Enumerable.Range(0, chain.Period).Select(place => chain.Seen.Where(s => s.Place == place).Select(s => _lane[_at[s.At]]).ToList()).ToList();
        var head = turn.FindIndex(t => t[0].IsExit);
        if (head < 0) return null;
        turn = [.. turn[head..], .. turn[..head]];
        var (first, last) = (_at[chain.Own[0]], _at[chain.Last]);
        return new PlainLoop(first, last, chain.Period, chain.Own.Count / chain.Period, chain.Gaps + _hostExits.Count(h => h > first && h < last))
        {
            Template = [.. turn.Select(t => $"{t[0].Name}: {t[0].Payload(starred: Varies(t))}")],
            Progress = !_withPage ? "address" : turn.Exists(t => t[0].Name == "kvm_pio" && Varies(t)) ? "value" : turn.Exists(t => t[0].Name == "kvm_page_fault" && Varies(t)) ? "address" : Moves(turn) ? "rip" : "none",
            Kind = !_withPage ? "sweep" : KindOf(turn),
        };
    }

    private static string KindOf(List<List<PlainEvent>> turn)
    {
        var exits = turn.Where(t => t[0].IsExit).Select(t => t[0].Text.Split(' ')[1]).ToList();
        if (exits.TrueForAll(e => e == "HLT")) return "idle";
        if (turn.Exists(t => t[0].Name == "kvm_pio")) return "guest-poll";
        return exits.Contains("EPT_VIOLATION") ? "fault-livelock" : exits.TrueForAll(e => e == "IO_INSTRUCTION") ? "guest-poll" : "other";
    }

    private static bool Varies(List<PlainEvent> events) => events.Exists(e => e.Value != events[0].Value || e.Page != events[0].Page);

    /// <summary>The guest is entered elsewhere than it left, or leaves at several places.</summary>
    private static bool Moves(List<List<PlainEvent>> turn)
    {
        var exits = turn.Where(t => t[0].IsExit).Select(t => RipOf(t[0])).Distinct().ToList();
        return exits.Count > 1 || turn.Exists(t => t[0].Name == "kvm_entry" && !exits.Contains(RipOf(t[0])));
    }

    private static string RipOf(PlainEvent e) => e.Text.Split(' ').SkipWhile(w => w != "rip").ElementAt(1);

    private sealed record Repetition(int Start, int End, int Period);

    private sealed class Chain(int period, int start)
    {
        public int Period => period;

        /// <summary>The first turn begins here.</summary>
        public int Start => start;

        /// <summary>The loop's own events, those of a turn that was left and begun anew left out.</summary>
        public List<int> Own { get; } = [];

        /// <summary>Each event that was the loop's, and which of the turn.</summary>
        public List<(int At, int Place)> Seen { get; } = [];

        /// <summary>Which of the turn is next.</summary>
        public int Place { get; private set; }

        public int Gaps { get; private set; }

        /// <summary>Other events in the gaps.</summary>
        public int Between { get; private set; }

        public int Last => Seen[^1].At;

        public int Turns => Own.Count / Period;

        public int Carried => Own.Count % Period;

        public void Take(IEnumerable<int> events)
        {
            foreach (var at in events)
            {
                Own.Add(at);
                Seen.Add((at, Place));
                Place = (Place + 1) % Period;
            }
        }

        public bool GoOn(IEnumerable<int> events, int gaps, int between)
        {
            Take(events);
            Gaps += gaps;
            Between += between;
            return true;
        }

        /// <summary>The turn broken into does not go on: another begins, at that place.</summary>
        public void LeaveTurn(int place)
        {
            Own.RemoveRange(Own.Count - Carried, Carried);
            Place = place;
        }
    }
}
