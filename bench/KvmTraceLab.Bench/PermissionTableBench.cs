using BenchmarkDotNet.Attributes;
using KvmTraceLab.Mmu;

namespace KvmTraceLab.Bench;

/// <summary>
/// Permission checks each second on one core. The floor is the same loop with the look-up replaced by an XOR, so the
/// difference is what the table costs. Numbers are per check.
/// </summary>
[MemoryDiagnoser]
public class PermissionTableBench
{
    private const int Checks = 1 << 16;
    private readonly PermissionTable _table = new(MmuRole.Ept(mbec: true));
    private readonly Acc[] _acc = new Acc[Checks];
    private readonly PageAccess[] _access = new PageAccess[Checks];

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int i = 0; i < Checks; i++)
        {
            _acc[i] = (Acc)random.Next(16);
            _access[i] = (PageAccess)(ulong)(random.Next(16) << 1) | PageAccess.GuestFinal;
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Checks)]
    public int Floor()
    {
        int sum = 0;
        for (int i = 0; i < _acc.Length; i++)
            sum += (int)_acc[i] ^ (int)(ulong)_access[i];
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Checks)]
    public int Faults()
    {
        int faults = 0;
        for (int i = 0; i < _acc.Length; i++)
            faults += _table.Faults(_acc[i], _access[i]) ? 1 : 0;
        return faults;
    }

    [Benchmark]
    public PermissionTable Build() => new(MmuRole.Ept(mbec: true));
}
