namespace KvmTraceLab.Parser.Events.Vocabulary;

/// <summary>The visible list of vocabularies that patterns name with <c>{field:@name}</c>.</summary>
public static class Vocabularies
{
    public static Vocabulary Get(string name) => name switch
    {
        "exit-reason" => ExitReasonVocabulary.Instance,
        _ => throw new ArgumentException($"no vocabulary {name}", nameof(name)),
    };
}
