namespace KvmTraceLab.Mutation;

/// <summary>Kinds of changes, the most telling first.</summary>
internal enum MutantKind
{
    /// <summary>A comparison, logic, arithmetic, a bit operation, a condition turned round, a part of a pattern.</summary>
    Operator,

    /// <summary>A statement left out, a truth value turned round.</summary>
    Statement,

    /// <summary>A number.</summary>
    Number,
}
