using KvmTraceLab.Analysis.Reports;
using KvmTraceLab.Replay.Faults;

namespace KvmTraceLab.Analysis.Faults;

/// <summary>A finished replay.</summary>
/// <param name="Report">Schema <c>ktl/replay/1</c>.</param>
/// <param name="Overall">For exit codes: <c>--fail-on bug</c> gives 1 for a bug, 3 when undecidable.</param>
/// <param name="Judge">All verdicts.</param>
public sealed record ReplayOutcome(Report Report, ReplayOverall Overall, FaultJudge Judge);
