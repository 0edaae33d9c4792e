using KvmTraceLab.Parser.Health;

namespace KvmTraceLab.Tests.Parser.Text;

/// <summary>Payloads that somebody shortened by hand: the fields that still stand there are read, nothing is invented.</summary>
public sealed class ShortenedPayloadTests
{
    [Theory]
    [InlineData("kvm_exit: vcpu 0 reason HLT", "vcpu_id=0x0 exit_reason=0xc isa=0x1")]
    [InlineData("kvm_exit:  reason MSR_WRITE", "exit_reason=0x20 isa=0x1")]
    [InlineData("kvm_exit: vcpu 0 reason EXTERNAL_INTERRUPT intr_info 0x800000ec", "vcpu_id=0x0 exit_reason=0x1 isa=0x1 intr_info=0x800000ec")]
    [InlineData("kvm_exit: vcpu 0 reason DR_ACCESS info1 0x0000000000000216", "vcpu_id=0x0 exit_reason=0x1d isa=0x1 info1=0x216")]
    [InlineData("kvm_exit: vcpu 0, reason CPUID (10)", "vcpu_id=0x0 exit_reason=0xa isa=0x1")]
    [InlineData("kvm_nested_vmexit: reason=EXIT_REASON_EPT_VIOLATION ...", "exit_reason=0x30 isa=0x1")]
    [InlineData("kvm_page_fault: rip 0xffffffff8134c508 address 0xd0000000 error_code 0x181", "guest_rip=0xffffffff8134c508 fault_address=0xd0000000 error_code=0x181")]
    [InlineData("kvm_pio: pio_read  at 0x3fd size 1 val 0x60", "rw=0x0 port=0x3fd size=0x1 val=0x60")]
    public void What_stands_there_is_read(string line, string fields)
    {
        var rows = TextRows.Of(line + "\n");
        Assert.Equal(1, rows.Health.CountOf(TraceHealth.PartialFields));
        Assert.Equal(0, rows.Health.CountOf(TraceHealth.PayloadNotUnderstood));
        Assert.EndsWith(fields, Assert.Single(rows.Rows), StringComparison.Ordinal);
    }

    /// <summary>What tells events of the kind apart is gone, or the values are not where the words say.</summary>
    [Theory]
    [InlineData("kvm_exit: vcpu 0 rip 0x1000")]
    [InlineData("kvm_exit: vcpu 0, rip=20")]
    [InlineData("kvm_exit: reason EP=")]
    [InlineData("kvm_exit: reason NO_SUCH_REASON")]
    [InlineData("kvm_msr: msr_write SOMETHING = 0xffffffffffffffea")]
    [InlineData("kvm_pio: pio_read at 0x3f8 ...")]
    [InlineData("kvm_ioapic_set_irq: pin= dst= vec=")]
    public void What_cannot_be_told_is_counted(string line)
    {
        var rows = TextRows.Of(line + "\n");
        Assert.Equal(0, rows.Health.CountOf(TraceHealth.PartialFields));
        Assert.Equal(1, rows.Health.CountOf(TraceHealth.PayloadNotUnderstood));
    }
}
