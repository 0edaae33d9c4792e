namespace KvmTraceLab.Tests.Fuzz;

/// <summary>What a command's output must hold up to.</summary>
internal enum FuzzOutput
{
    /// <summary>Harmless UTF-8: no control character but the line feed.</summary>
    Text,

    /// <summary>One JSON value.</summary>
    Json,

    /// <summary>One JSON value a line.</summary>
    JsonLines,

    /// <summary>Well-formed XML.</summary>
    Xml,

    /// <summary>HTML in which markup of the trace is text.</summary>
    Page,
}
