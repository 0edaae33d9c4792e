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
        "loongarch-exit" => ExitWords.LoongArch,
        "mips-exit" => ExitWords.Mips,
        "book3s-exit" => ExitWords.Book3s,
        "booke-exit" => ExitWords.Booke,
        "s390-exit" => S390ExitVocabulary.Instance,
        "msr" => MsrVocabulary.Instance,
        "pferr" => FlagVocabulary.Pferr,
        "apicv-inhibit" => FlagVocabulary.ApicvInhibit,
        "apic-reg" => SymbolVocabulary.ApicRegister,
        "userspace-exit" => SymbolVocabulary.UserspaceExit,
        "host-clock" => SymbolVocabulary.HostClock,
        "run-failure" => SymbolVocabulary.RunFailure,
        _ => throw new ArgumentException($"no vocabulary {name}", nameof(name)),
    };
}
