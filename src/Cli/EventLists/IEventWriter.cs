using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli.EventLists;

/// <summary>Writes events one by one in some format.</summary>
internal interface IEventWriter : IDisposable
{
    void Write(in EventRow row);

    void Write(SavedEvent saved);

    /// <summary>A marker of lost events.</summary>
    void WriteLost(in EventRow row);
}
