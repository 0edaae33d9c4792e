namespace KvmTraceLab.Parser.Pipeline;

/// <summary>A worker's place in the order of the input.</summary>
internal sealed class DecodeTurn(DecodeOrder? order, CancellationToken stop)
{
    /// <summary>Of a decoder that has the whole input to itself.</summary>
    public static DecodeTurn Alone { get; } = new(null, CancellationToken.None);

    /// <summary>The block at hand.</summary>
    public long Block { get; set; }

    /// <summary>Waits until what stands before the block at hand has been decoded; for what is rare and has to be done in the order of the input.</summary>
    public void AwaitThoseBefore() => order?.AwaitAllBefore(Block, stop);
}
