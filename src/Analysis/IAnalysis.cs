using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis;

/// <summary>An analysis: watches the replay, then adds what it found to a report.</summary>
public interface IAnalysis
{
    /// <summary>What watches the replay for it.</summary>
    TraceObserver Observer { get; }

    /// <summary>Name in <c>ktl list analyses</c>.</summary>
    string Name { get; }

    /// <summary>One sentence for <c>ktl list analyses</c>.</summary>
    string Description { get; }

    /// <summary>Adds JSON members, sections and charts. Called once, after the trace has ended.</summary>
    void AddTo(Report report, TraceRun run);
}

/// <summary>An analysis that ignores all events; override what matters.</summary>
public abstract class Analysis : TraceObserver, IAnalysis
{
    public virtual TraceObserver Observer => this;

    public abstract string Name { get; }

    public abstract string Description { get; }

    public abstract void AddTo(Report report, TraceRun run);
}
