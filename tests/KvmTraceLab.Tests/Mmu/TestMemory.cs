using KvmTraceLab.Mmu.Walk;

namespace KvmTraceLab.Tests.Mmu;

/// <summary>Sparse memory of page-table entries.</summary>
internal sealed class TestMemory : IGuestMemory
{
    private readonly Dictionary<ulong, ulong> _entries = [];

    public ulong this[ulong address]
    {
        set => _entries[address] = value;
    }

    public bool TryRead(ulong address, int size, out ulong value)
    {
        bool known = _entries.TryGetValue(address, out value);
        if (size == 4)
            value &= 0xffff_ffff;
        return known;
    }

    /// <summary>Tables at 0x1000, 0x2000, … for address 0: one entry for each level down to <paramref name="leaf"/>.</summary>
    public static TestMemory Chain(int rootLevel, int leafLevel, ulong nonleaf, ulong leaf)
    {
        var memory = new TestMemory();
        for (int level = rootLevel; level > leafLevel; level--)
            memory[TableOf(rootLevel, level)] = TableOf(rootLevel, level - 1) | nonleaf;
        memory[TableOf(rootLevel, leafLevel)] = leaf;
        return memory;
    }

    public static ulong TableOf(int rootLevel, int level) => (ulong)(rootLevel - level + 1) * 0x1000;
}
