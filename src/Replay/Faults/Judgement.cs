namespace KvmTraceLab.Replay.Faults;

/// <summary>What one rule says of one fault.</summary>
/// <param name="Verdict">The verdict; for an unresolved fault the one it keeps if it does not repeat.</param>
/// <param name="Unresolved">Whether, and how, the fault was left without what the guest needs.</param>
/// <param name="Why">One sentence.</param>
internal readonly record struct Judgement(FaultVerdict Verdict, Unresolved Unresolved, string Why)
{
    public static Judgement Final(FaultVerdict verdict, string why) => new(verdict, Unresolved.No, why);
}
