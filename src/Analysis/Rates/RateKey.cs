namespace KvmTraceLab.Analysis.Rates;

/// <summary>What an exit-rate chart is split by.</summary>
public enum RateKey
{
    Reason,
    Vcpu,
    Rip,
}
