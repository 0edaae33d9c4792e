namespace KvmTraceLab.Mmu.Tables;

/// <summary>The spelling of outcomes in tables and <c>eval</c>: ok, violation, misconfig.</summary>
public static class OutcomeName
{
    public static string Of(NestedOutcome outcome) => outcome switch
    {
        NestedOutcome.Ok => "ok",
        NestedOutcome.Violation => "violation",
        _ => "misconfig",
    };
}
