using System.Text.Json.Nodes;
using KvmTraceLab.Parser.Events;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Cli.EventLists;

/// <summary>Writes events one by one in some format.</summary>
internal interface IEventWriter : IDisposable
{
    void Write(in EventRow row);

    /// <param name="saved">An event kept from before.</param>
    /// <param name="buffer">The buffer instance it came from.</param>
    void Write(SavedEvent saved, string buffer);

    /// <summary>A marker of lost events: a line of its own in text; CSV and JSON tell it of the next event.</summary>
    void WriteLost(in EventRow row);

    /// <summary>The trace has ended.</summary>
    /// <param name="head">Source, health and span, as in every report's JSON.</param>
    void Finish(JsonObject head);
}
