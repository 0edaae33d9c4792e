using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Kvm;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Tests.Parser.Text;

namespace KvmTraceLab.Tests.Parser.Events;

/// <summary>Raw records: the fields of the format files of Linux 6.1 and 7.2, and what is computed from them.</summary>
public sealed class FormatFieldTests
{
    private readonly PayloadBench _bench = new();

    [Fact]
    public void Every_field_of_every_tracepoint_has_a_slot()
    {
        var missing = new List<string>();
        var events = 0;
        foreach (var words in File.ReadLines(TextRows.Fixture("events/format-fields.txt")).Select(l => l.Split(' ')))
        {
            events++;
            var shape = PayloadBench.ShapeOf(words[0]);
            missing.AddRange(words.Skip(1).Where(f => !shape.Fields.Any(s => s.Is(f))).Select(f => $"{words[0]}.{f}"));
        }

        Assert.Equal([], missing);
        Assert.True(events > 100);
    }

    [Theory]
    [InlineData("kvm_userspace_exit", "reason=2 errno=0", "reason KVM_EXIT_IO (2)")]
    [InlineData("kvm_userspace_exit", "reason=2 errno=-4", "reason restart (4)")]
    [InlineData("kvm_userspace_exit", "reason=2 errno=-14", "reason error (14)")]
    [InlineData("fast_page_fault", "vcpu_id=0 cr2_or_gpa=4096 error_code=3 sptep=1 old_spte=5 new_spte=7 ret=4", "vcpu 0 gva 1000 error_code P|W sptep 0x1 old 0x5 new 7 spurious 0 fixed 1")]
    [InlineData("fast_page_fault", "vcpu_id=0 cr2_or_gpa=4096 error_code=3 sptep=1 old_spte=7 new_spte=7 ret=5", "vcpu 0 gva 1000 error_code P|W sptep 0x1 old 0x7 new 7 spurious 1 fixed 0")]
    [InlineData("fast_page_fault", "vcpu_id=0 cr2_or_gpa=4096 error_code=3 sptep=1 old_spte=7 new_spte=7 ret=3", "vcpu 0 gva 1000 error_code P|W sptep 0x1 old 0x7 new 7 spurious 0 fixed 0")]
    [InlineData("kvm_msi_set_irq", "address=4276097028 data=36", "dst 1 vec 36 (Fixed|logical|edge)")]
    [InlineData("kvm_pic_set_irq", "chip=0 pin=4 elcr=16 imr=16 coalesced=1", "chip 0 pin 4 (level|masked) (coalesced)")]
    [InlineData("kvm_nested_vmenter", "rip=1 vmcb=2 nested_rip=3 int_ctl=0 event_inj=0 tdp_enabled=1 guest_pgd=4096 isa=2", "rip: 0x0000000000000001 vmcb: 0x0000000000000002 nested_rip: 0x0000000000000003 int_ctl: 0x00000000 event_inj: 0x00000000 nested_npt=y nested_cr3: 0x0000000000001000")]
    [InlineData("check_mmio_spte", "kvm_gen=18 spte_gen=16 spte=4096", "spte 1000 kvm_gen 12 spte-gen 10 valid 0")]
    [InlineData("kvm_dirty_ring_reset", "index=1 dirty_index=896 reset_index=800", "ring 1: dirty 0x380 reset 0x320 (used 96)")]
    [InlineData("kvm_mmu_set_spte", "gfn=1 spte=43232871 sptep=2143969288 level=1 r=1 x=1 u=-1", "gfn 1 spte 293ae67 (rwxu) level 1 at 7fca6008")]
    [InlineData("kvm_mmu_get_page", "mmu_valid_gen=0 gfn=268 role=14213 root_count=0 unsync=0 created=1", "new sp gfn 10c 5 q0 direct wux !pae nxe wp root 0 sync")]
    [InlineData("kvm_wait_lapic_expire", "vcpu_id=0 delta=-5", "vcpu 0: delta -5 (early)")]
    [InlineData("kvm_exit", "exit_reason=30 guest_rip=1 isa=1 info1=2 info2=3", "reason IO_INSTRUCTION rip 0x1 info 2 3")]
    [InlineData("kvm_exit", "ret=2 esr_ec=24 vcpu_pc=4096", "TRAP: HSR_EC: 0x0018 (SYS64), PC: 0x0000000000001000")]
    [InlineData("kvm_exit", "sepc=4096 scause=23 stval=8192 htval=1024 htinst=0", "SEPC:0x1000, SCAUSE:0x17, STVAL:0x2000, HTVAL:0x400, HTINST:0x0")]
    [InlineData("kvm_exit", "sepc=4096 scause=9223372036854775813 stval=0 htval=0 htinst=0", "SEPC:0x1000, SCAUSE:0x8000000000000005, STVAL:0x0, HTVAL:0x0, HTINST:0x0")]
    [InlineData("kvm_exit", "vcpu_id=1 pc=4096 reason=64", "vcpu 1 [IDLE] PC: 0x00001000")]
    [InlineData("kvm_exit", "pc=4096 reason=22", "[0x16]PC: 0x00001000")]
    [InlineData("kvm_exit_idle", "vcpu_id=1 pc=4096 reason=64", "vcpu 1 [IDLE] PC: 0x00001000")]
    [InlineData("kvm_exit", "exit_nr=768 pc=4096 msr=1 dar=2 srr1=3 last_inst=4", "exit=DATA_STORAGE | pc=0x1000 | msr=0x1 | dar=0x2 | srr1=0x3 | last_inst=0x4")]
    [InlineData("kvm_exit", "exit_nr=13 pc=4096 msr=1 dar=2 last_inst=4", "exit=DTLB_MISS | pc=0x1000 | msr=0x1 | dar=0x2 | last_inst=0x4")]
    [InlineData("kvm_guest_exit", "vcpu_id=0 trap=2432 pc=4096 msr=1 ceded=0", "VCPU 0: trap=HV_DECREMENTER pc=0x1000 msr=0x1, ceded=0")]
    [InlineData("kvm_s390_sie_exit", "id=0 pswmask=1 pswaddr=4096 icptcode=28", "00[0000000000000001-0000000000001000]: exit sie icptcode 28 (Wait state)")]
    [InlineData("kvm_reenter", "vcpu_id=1 pc=4096", "vcpu 1 PC: 0x00001000")]
    [InlineData("kvm_emulate_insn", "rip=4096 csbase=0 len=2 flags=9 failed=1", "0:1000: 0f a2 FAIL")]
    public void Records_print_as_trace_cmd_does(string name, string values, string expected)
    {
        var shape = PayloadBench.ShapeOf(name);
        var record = new Record(values);
        var slots = new ulong[shape.Fields.Count];
        ulong presence = 0;
        for (var i = 0; i < slots.Length; i++)
        {
            foreach (var (field, value) in record.Numbers)
            {
                if (!shape.Fields[i].Is(field)) continue;
                slots[i] = value;
                presence |= 1UL << i;
            }
        }

        shape.CompleteFromRecord(record, slots, ref presence);
        Assert.Equal(expected, PayloadBench.Print(_bench.Row(shape, slots, presence), Dialect.Plugin));
    }

    [Fact]
    public void Windows_name_the_fields()
    {
        var fault = KvmPageFault.Over(_bench.Whole("kvm_page_fault", "vcpu 3 rip 0x1 address 0x0000000000000f78 error_code 0x1aa"));
        Assert.Equal((3, 1UL, 0xf78UL, 0x1aaUL), (fault.VcpuId, fault.Rip, fault.FaultAddress, fault.ErrorCode));
        var exit = KvmUserspaceExit.Over(_bench.Whole("kvm_userspace_exit", "reason restart (4)"));
        Assert.Equal((true, 4), (exit.IsError, exit.Error));
    }

    /// <summary>MIPS and LoongArch have the same fields; what a number means only the print format tells.</summary>
    [Theory]
    [InlineData("vcpu_id=1 pc=4096 reason=64", "\"vcpu %u [%s] PC: 0x%08lx\", REC->vcpu_id, __print_symbolic(REC->reason, { 64, \"IDLE\" }, { 65, \"CACHE\" }), REC->pc", Isa.LoongArch)]
    [InlineData("pc=4096 reason=1", "\"[%s]PC: 0x%08lx\", __print_symbolic(REC->reason, { 0, \"Interrupt\" }, { 1, \"TLB Mod\" }), REC->pc", Isa.Mips)]
    [InlineData("pc=4096 reason=1", "\"[%s]PC: 0x%08lx\", kvm_mips_exit_types_str[REC->reason], REC->pc", null)]
    [InlineData("exit_nr=768 pc=4096 msr=1 dar=2 srr1=3 last_inst=4", "", Isa.Book3s)]
    [InlineData("exit_nr=13 pc=4096 msr=1 dar=2 last_inst=4", "", Isa.Booke)]
    public void The_numbers_of_MIPS_are_not_LoongArch_s(string values, string format, Isa? isa)
    {
        var shape = PayloadBench.ShapeOf("kvm_exit");
        var slots = new ulong[shape.Fields.Count];
        ulong presence = 0;
        shape.CompleteFromRecord(new Record(values, format), slots, ref presence);
        Assert.Equal(isa is not null, (presence >> shape.SlotOf("exit_reason") & 1) != 0);
        Assert.Equal((ulong)(isa ?? Isa.Unknown), slots[shape.SlotOf("isa")]);
    }

    private sealed class Record(string values, string format = "") : IRecordFields
    {
        public string PrintFormat => format;

        public List<(string Field, ulong Value)> Numbers { get; } =
            [.. values.Split(' ').Select(p => p.Split('=')).Select(p => (p[0], p[1][0] == '-' ? (ulong)long.Parse(p[1]) : ulong.Parse(p[1])))];

        public bool TryGetNumber(string name, out ulong value)
        {
            var index = Numbers.FindIndex(n => n.Field == name);
            value = index < 0 ? 0 : Numbers[index].Value;
            return index >= 0;
        }

        public bool TryGetBytes(string name, out ReadOnlySpan<byte> bytes)
        {
            bytes = name == "insn" ? [0x0f, 0xa2, 0x99, 0x99] : default;
            return name == "insn";
        }
    }
}
