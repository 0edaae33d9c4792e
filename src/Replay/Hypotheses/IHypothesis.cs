using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>One rule of KVM's MMU changed, and what a fault would then look like.</summary>
public interface IHypothesis
{
    /// <summary>Short stable name.</summary>
    string Id { get; }

    /// <summary>What would be wrong in KVM, in one line.</summary>
    string Title { get; }

    /// <summary>
    /// How well the changed model predicts one observed fault: 1 all of it, 0 something else would be seen; in between, the
    /// fault fits but what tells this hypothesis from its neighbours is not in it.
    /// </summary>
    double Explains(FaultObservation seen);
}
