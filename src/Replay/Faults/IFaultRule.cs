namespace KvmTraceLab.Replay.Faults;

/// <summary>One step of the decision: says what a fault is, or passes.</summary>
internal interface IFaultRule
{
    /// <summary>Short name for <c>ktl list rules</c>.</summary>
    string Name { get; }

    /// <summary>One sentence.</summary>
    string Sentence { get; }

    /// <summary>A judgement, or null when the rule does not apply.</summary>
    Judgement? Judge(FaultContext context);
}
