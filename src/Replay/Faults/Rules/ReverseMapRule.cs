namespace KvmTraceLab.Replay.Faults.Rules;

/// <summary>SEV-SNP: the reverse map denies what the SPTE may allow. Its entries are split or converted, which no SPTE shows.</summary>
internal sealed class ReverseMapRule : IFaultRule
{
    public string Name => "reverse-map";

    public string Sentence => "A fault of SEV-SNP's reverse map is answered there and leaves the SPTE as it is.";

    public Judgement? Judge(FaultContext context) => !context.Access.IsReverseMap || (context.Wrote && context.ResultAllows) ? null
        : Judgement.Final(FaultVerdict.SpuriousOk, "the reverse map of SEV-SNP denies it; the SPTE is not to blame");
}
