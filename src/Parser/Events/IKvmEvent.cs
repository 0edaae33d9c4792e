namespace KvmTraceLab.Parser.Events;

/// <summary>A typed window on a row. <see cref="Shape"/> declares the event once; <see cref="Over"/> opens the window.</summary>
public interface IKvmEvent<TSelf>
    where TSelf : struct, IKvmEvent<TSelf>, allows ref struct
{
    static abstract EventShape Shape { get; }

    static abstract TSelf Over(EventRow row);
}
