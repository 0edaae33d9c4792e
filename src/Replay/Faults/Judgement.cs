namespace KvmTraceLab.Replay.Faults;

/// <summary>What one rule says of one fault. The sentence is made only for those that will be shown.</summary>
internal readonly struct Judgement
{
    private readonly string? _text;
    private readonly Func<FaultContext, string>? _make;

    public Judgement(FaultVerdict verdict, Unresolved unresolved, string why) => (Verdict, Unresolved, _text, _make) = (verdict, unresolved, why, null);

    public Judgement(FaultVerdict verdict, Unresolved unresolved, Func<FaultContext, string> why) => (Verdict, Unresolved, _text, _make) = (verdict, unresolved, null, why);

    /// <summary>The verdict; for an unresolved fault the one it keeps if it does not repeat.</summary>
    public FaultVerdict Verdict { get; }

    /// <summary>Whether, and how, the fault was left without what the guest needs.</summary>
    public Unresolved Unresolved { get; }

    /// <summary>One sentence; ask while the context still holds the fault.</summary>
    public string Why(FaultContext context) => _text ?? _make?.Invoke(context) ?? "";

    public static Judgement Final(FaultVerdict verdict, string why) => new(verdict, Unresolved.No, why);

    public static Judgement Final(FaultVerdict verdict, Func<FaultContext, string> why) => new(verdict, Unresolved.No, why);
}
