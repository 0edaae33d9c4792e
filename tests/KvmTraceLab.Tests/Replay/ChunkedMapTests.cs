using KvmTraceLab.Replay;

namespace KvmTraceLab.Tests.Replay;

public sealed class ChunkedMapTests
{
    [Fact]
    public void It_is_a_dictionary_that_keeps_the_order_of_keys()
    {
        var random = new Random(5);
        var map = new ChunkedMap<long>();
        for (var round = 0; round < 2; round++)
        {
            var slow = new Dictionary<ulong, long>();
            var order = new List<ulong>();
            for (var i = 0; i < 20_000; i++)
            {
                // Small, colliding and huge keys, zero among them.
                var key = (ulong)random.NextInt64() >> random.Next(64) << random.Next(20);
                Assert.Equal(slow.ContainsKey(key), map.Find(key) >= 0);
                map.ValueAt(map.GetOrAdd(key)) += i;
                if (slow.TryAdd(key, i)) order.Add(key);
                else slow[key] += i;
            }

            Assert.Equal(slow.Count, map.Count);
            Assert.Equal(order, Enumerable.Range(0, map.Count).Select(map.KeyAt));
            Assert.All(order, key => Assert.Equal(slow[key], map.ValueAt(map.Find(key))));
            map.Clear();
            Assert.Equal((0, -1), (map.Count, map.Find(order[0])));
        }
    }
}
