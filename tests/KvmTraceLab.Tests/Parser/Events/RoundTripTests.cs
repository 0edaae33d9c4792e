using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Tests.Parser.Events;

/// <summary>What is printed is read back whole and printed the same, for any field values and either dialect.</summary>
public sealed class RoundTripTests
{
    private readonly PayloadBench _bench = new();

    public static TheoryData<string> Events()
    {
        var data = new TheoryData<string>();
        foreach (var shape in KvmEvents.All) data.Add(shape.Name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void Print_read_print_is_print(string name)
    {
        var shape = PayloadBench.ShapeOf(name);
        var random = new Random(1 + shape.Fields.Count + name.Length);
        for (var round = 0; round < 400; round++)
        {
            var presence = round < 200 ? ulong.MaxValue : (ulong)random.NextInt64() | (ulong)random.NextInt64();
            var slots = new ulong[shape.Fields.Count];
            for (var i = 0; i < slots.Length; i++)
            {
                slots[i] = shape.Fields[i].Name switch
                {
                    "msg" or "disassembly" or "perm" => TextRef.Make(0, 4),
                    "is_restart" => (ulong)random.Next(2),
                    _ => Value(random),
                };
            }

            var row = _bench.Row(shape, slots, presence & ((1UL << slots.Length) - 1));
            foreach (var dialect in new[] { Dialect.Plugin, Dialect.Kernel })
            {
                var text = PayloadBench.Print(row, dialect);
                var again = PayloadBench.Print(_bench.Whole(name, text), dialect);
                Assert.Equal(text, again);
            }
        }
    }

    /// <summary>Fields of a pattern that is present whole come back with their values.</summary>
    [Theory]
    [InlineData("kvm_pio", "rw=1 port=1016 size=4 count=2 val=51966")]
    [InlineData("kvm_msr", "write=1 ecx=3221225600 data=1234605616436508552 exception=1")]
    [InlineData("kvm_mmio", "type=2 len=8 gpa=4276092928 val=18446744073709551615")]
    [InlineData("kvm_page_fault", "vcpu_id=3 guest_rip=18446744071562067968 fault_address=4096 error_code=4294967316")]
    [InlineData("kvm_tdp_mmu_spte_changed", "gfn=1048575 old_spte=9223372036854776224 new_spte=7 level=2 as_id=1")]
    [InlineData("kvm_apic_ipi", "dest_id=7 icr_low=838915")]
    [InlineData("kvm_ioapic_set_irq", "e=72057594037994801 pin=4 coalesced=1")]
    [InlineData("kvm_emulate_insn", "rip=1048576 csbase=16 len=10 insn=506097522914230528 insn_high=2312 failed=1")]
    [InlineData("kvm_mmu_set_spte", "gfn=5 spte=2097155 sptep=4096 level=1 r=1 x=0 u=1")]
    public void Values_come_back(string name, string values)
    {
        var shape = PayloadBench.ShapeOf(name);
        var slots = new ulong[shape.Fields.Count];
        ulong presence = 0;
        var pairs = values.Split(' ').Select(p => p.Split('=')).Select(p => (Field: p[0], Value: ulong.Parse(p[1]))).ToList();
        foreach (var (field, value) in pairs)
        {
            slots[shape.SlotOf(field)] = value;
            presence |= 1UL << shape.SlotOf(field);
        }

        foreach (var dialect in new[] { Dialect.Plugin, Dialect.Kernel })
        {
            var read = _bench.Whole(name, PayloadBench.Print(_bench.Row(shape, slots, presence), dialect));
            foreach (var (field, value) in pairs) Assert.Equal((field, value), (field, read[shape.SlotOf(field)]));
        }
    }

    private static ulong Value(Random random) => random.Next(8) switch
    {
        < 4 => (ulong)random.Next(4),
        4 => (ulong)random.Next(256),
        5 => (uint)random.NextInt64(),
        6 => (ulong)random.NextInt64() << 1 | 1,
        _ => ulong.MaxValue,
    };
}
