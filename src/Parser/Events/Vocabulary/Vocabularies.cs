namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>The visible list of vocabularies that patterns name with <c>{field:@name}</c>.</summary>
public static class Vocabularies
{
    public static Vocabulary Get(string name) => name switch
    {
        "exit-reason" => ExitReasonVocabulary.Instance,
        "exit-reason-kernel" => ExitReasonVocabulary.KernelWords,
        "arm-exit" => ArmExitVocabulary.Instance,
        "riscv-exit" => RiscvExitVocabulary.Instance,
        "loongarch-exit" => LoongArchExitVocabulary.Instance,
        "pferr" => FlagVocabulary.Pferr,
        "apicv-inhibit" => FlagVocabulary.ApicvInhibit,
        "apic-reg" => SymbolVocabulary.ApicRegister,
        "userspace-exit" => SymbolVocabulary.UserspaceExit,
        "host-clock" => SymbolVocabulary.HostClock,
        "run-failure" => SymbolVocabulary.RunFailure,
        _ => throw new ArgumentException($"no vocabulary {name}", nameof(name)),
    };
}
