using System.Collections.Concurrent;
using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>
/// Decodes units ahead of the merger on some threads. A unit is decoded by whoever claims it first: a worker, or the
/// merger itself when it needs the unit and nobody has begun; so nothing ever waits for a thread that is not there. While
/// the merger waits for a unit that a worker has begun it decodes another.
/// </summary>
internal sealed class UnitQueue : IDisposable
{
    /// <summary>Streams that may each have units of their own under way.</summary>
#if DEBUG
    private const int Few = 2;
#else
    private const int Few = 32;
#endif

    private readonly BlockingCollection<Job> _work = [];
    private readonly Stack<DecodeUnit> _free = new();
    private readonly List<Thread> _workers = [];
    private readonly EventCatalog _catalog;
    private readonly int _maxAhead;
    private readonly int _perStream;
    private int _ahead;

    /// <param name="catalog">Names the kinds.</param>
    /// <param name="workers">Threads beside the merger.</param>
    /// <param name="streams">Streams that are merged.</param>
    public UnitQueue(EventCatalog catalog, int workers, int streams)
    {
        _catalog = catalog;
        AsksLate = streams > Few;
        _maxAhead = workers == 0 ? 0 : AsksLate ? (workers * 4) + (streams / 4) : workers * 4;
        _perStream = workers == 0 || AsksLate ? 0 : 2;
        for (var i = 0; i < workers; i++)
        {
            var worker = new Thread(Work) { IsBackground = true, Name = "trace.dat decoder" };
            _workers.Add(worker);
            worker.Start();
        }
    }

    /// <summary>There are so many streams that units for all of them would take too much room: each asks for its next one when it has come near its end.</summary>
    public bool AsksLate { get; }

    /// <summary>
    /// Whether a stream that has so many units under way may have a further one: a few of its own, so that no stream waits for
    /// another's, and beyond them as long as there are not many in all.
    /// </summary>
    public bool MaySchedule(int ahead) => ahead < _perStream || _ahead < _maxAhead;

    public DecodeUnit Rent()
    {
        if (!_free.TryPop(out var unit)) return new DecodeUnit(_catalog);
        unit.Reset();
        return unit;
    }

    public void Return(DecodeUnit unit) => _free.Push(unit);

    public void Schedule(DecodeUnit unit)
    {
        _ahead++;
        _work.Add(new Job(unit, unit.Ticket));
    }

    /// <summary>Makes sure that the unit is decoded.</summary>
    public void Complete(DecodeUnit unit, bool scheduled)
    {
        if (scheduled) _ahead--;
        if (unit.TryClaim(unit.Ticket)) Decode(unit);
        else Await(unit);
        if (unit.Failure is { } failure) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    private void Await(DecodeUnit unit)
    {
        while (!unit.Done.IsSet)
        {
            if (_work.TryTake(out var job)) TryDecode(job);
            else unit.Done.Wait();
        }
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (var worker in _workers) worker.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (var job in _work.GetConsumingEnumerable())
            if (!_work.IsAddingCompleted) TryDecode(job);
    }

    private static void TryDecode(Job job)
    {
        if (job.Unit.TryClaim(job.Ticket)) Decode(job.Unit);
    }

    private static void Decode(DecodeUnit unit)
    {
        try
        {
            unit.Stream.Decode(unit);
        }
        catch (Exception e)
        {
            unit.Failure = e;
        }

        unit.Done.Set();
    }

    /// <summary>
    /// A unit to decode ahead. By the time a worker comes to it the merger may have decoded and used it, and have it going
    /// round again for other pages: then the ticket is no longer good.
    /// </summary>
    private sealed record Job(DecodeUnit Unit, int Ticket);
}
