using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Pipeline;

/// <summary>
/// Runs a decoder on several threads and hands the batches out in the order of the input. Blocks are taken under a lock,
/// decoded anywhere, and wait in a ring until their turn; the ring bounds what is in flight.
/// </summary>
/// <typeparam name="TBlock">A piece of input that any worker can decode.</typeparam>
internal sealed class ParallelDecoder<TBlock> : IDisposable
    where TBlock : class
{
    /// <summary>A worker that is at work is through in less.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Func<TBlock, bool> _next;
    private readonly Func<DecodeTurn, Action<TBlock, EventBatch>> _newDecoder;
    private readonly Slot[] _ring;
    private readonly Lock _inputLock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _workers = [];
    private readonly DecodeOrder _order = new();
    private long _taken;
    private bool _ended;

    /// <param name="threads">Workers; 1 decodes on the caller's thread.</param>
    /// <param name="newBlock">Makes an empty block; the ring owns a fixed number of them.</param>
    /// <param name="newBatch">Makes an empty batch.</param>
    /// <param name="next">Fills a block with the next input; false at the end.</param>
    /// <param name="newDecoder">Makes a worker's own decoder, which may wait for the blocks before its own.</param>
    public ParallelDecoder(int threads, Func<TBlock> newBlock, Func<EventBatch> newBatch, Func<TBlock, bool> next, Func<DecodeTurn, Action<TBlock, EventBatch>> newDecoder)
    {
        _next = next;
        _newDecoder = newDecoder;
        Threads = Math.Max(1, threads);
        _ring = new Slot[Threads == 1 ? 1 : (Threads * 2) + 1];
        for (var i = 0; i < _ring.Length; i++) _ring[i] = new Slot(newBlock(), newBatch());
    }

    private int Threads { get; }

    /// <summary>Starts the workers, so that the first batches are made while the caller still gets ready for them.</summary>
    public void Start()
    {
        if (Threads == 1 || _workers.Count > 0) return;
        for (var i = 0; i < Threads; i++)
        {
            var worker = new Thread(() => Work(_stop.Token)) { IsBackground = true, Name = $"decode {i}" };
            _workers.Add(worker);
            worker.Start();
        }
    }

    /// <summary>The batches, once.</summary>
    public IEnumerable<EventBatch> Read(CancellationToken cancel)
    {
        if (Threads == 1) return ReadAlone(cancel);
        Start();
        return ReadTogether(cancel);
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var worker in _workers)
            if (!worker.Join(Patience)) return; // it reads from a pipe that says nothing; the process need not wait for that
        foreach (var slot in _ring) slot.Dispose();
        _stop.Dispose();
    }

    private IEnumerable<EventBatch> ReadAlone(CancellationToken cancel)
    {
        var decode = _newDecoder(DecodeTurn.Alone);
        var slot = _ring[0];
        while (_next(slot.Block))
        {
            cancel.ThrowIfCancellationRequested();
            decode(slot.Block, slot.Batch);
            yield return slot.Batch;
        }
    }

    private IEnumerable<EventBatch> ReadTogether(CancellationToken cancel)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stop.Token);
        for (long turn = 0; ; turn++)
        {
            var slot = _ring[turn % _ring.Length];
            slot.Full.Wait(both.Token);
            if (slot.Error is { } error) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
            if (slot.IsEnd) yield break;
            yield return slot.Batch;
            slot.Full.Reset();
            slot.Free.Release();
        }
    }

    private void Work(CancellationToken stop)
    {
        var turn = new DecodeTurn(_order, stop);
        var decode = _newDecoder(turn);
        try
        {
            while (true)
            {
                Slot slot;
                bool got;
                lock (_inputLock)
                {
                    if (_ended) return;
                    slot = _ring[_taken % _ring.Length];
                    slot.Free.Wait(stop);
                    turn.Block = _taken++;
                    try
                    {
                        got = _next(slot.Block);
                    }
#pragma warning disable CA1031 // handed to the reader, who rethrows it
                    catch (Exception e)
#pragma warning restore CA1031
                    {
                        slot.Error = e;
                        got = false;
                    }

                    if (!got) _ended = true;
                }

                if (!got)
                {
                    slot.IsEnd = true;
                    slot.Full.Set();
                    return;
                }

                try
                {
                    decode(slot.Block, slot.Batch);
                }
#pragma warning disable CA1031 // handed to the reader, who rethrows it
                catch (Exception e)
#pragma warning restore CA1031
                {
                    slot.Error = e;
                }

                _order.Done(turn.Block);
                slot.Full.Set();
            }
        }
        catch (OperationCanceledException)
        {
            // the reader has left
        }
    }

    private sealed class Slot(TBlock block, EventBatch batch) : IDisposable
    {
        public TBlock Block { get; } = block;

        public EventBatch Batch { get; } = batch;

        public SemaphoreSlim Free { get; } = new(1, 1);

        public ManualResetEventSlim Full { get; } = new(false);

        public Exception? Error { get; set; }

        public bool IsEnd { get; set; }

        public void Dispose()
        {
            Free.Dispose();
            Full.Dispose();
        }
    }
}
