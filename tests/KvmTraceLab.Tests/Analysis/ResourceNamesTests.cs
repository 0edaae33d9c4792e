using KvmTraceLab.Analysis.Exits;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Tests.Analysis;

public sealed class ResourceNamesTests
{
    [Theory]
    [InlineData(TripDetail.Port, 0x608, "ACPI PM timer")]
    [InlineData(TripDetail.Port, 0x3f8, "COM1")]
    [InlineData(TripDetail.Port, 0x3fd, "COM1 line status")] // one of a range with a name of its own
    [InlineData(TripDetail.Port, 0x3ff, "COM1")]
    [InlineData(TripDetail.Port, 0x400, null)] // right behind it
    [InlineData(TripDetail.Port, 0x41, "PIT channel 1")]
    [InlineData(TripDetail.Port, 0xffff, null)]
    [InlineData(TripDetail.Msr, 0x40000092, "HV_SINT2")]
    [InlineData(TripDetail.Msr, 0x4000009f, "HV_SINT15")]
    [InlineData(TripDetail.Msr, 0x400000a0, null)]
    [InlineData(TripDetail.Msr, 0x400000b3, "HV_STIMER1_COUNT")]
    [InlineData(TripDetail.Msr, 0x830, "x2APIC ICR")]
    [InlineData(TripDetail.Msr, 0x8ff, "x2APIC register")]
    [InlineData(TripDetail.Msr, 0x48b, "IA32_VMX_PROCBASED_CTLS2")]
    [InlineData(TripDetail.Msr, 0xc1, "IA32_PMC0")]
    [InlineData(TripDetail.Msr, 0xc0, null)]
    [InlineData(TripDetail.Msr, 0x4b564d03, "KVM_STEAL_TIME")]
    [InlineData(TripDetail.Gpa, 0xfee00000, "local APIC")]
    [InlineData(TripDetail.CpuidLeaf, 0x40000004, "Hyper-V recommendations")]
    [InlineData(TripDetail.Cr, 4, "CR4")]
    [InlineData(TripDetail.None, 4, null)]
    public void Numbers_that_are_well_known_have_a_name(TripDetail detail, ulong value, string? name) => Assert.Equal(name, ResourceNames.Of(detail, value));

    /// <summary>Both interfaces count from one.</summary>
    [Theory]
    [InlineData(0x8, true, "HVCALL_NOTIFY_LONG_SPIN_WAIT")]
    [InlineData(0x11, true, "HVCALL_VTL_CALL")]
    [InlineData(0x5d, true, "HVCALL_SIGNAL_EVENT")]
    [InlineData(0x5, false, "KVM_HC_KICK_CPU")]
    [InlineData(0x5, true, null)]
    [InlineData(0x5d, false, null)]
    public void Hypercalls_have_the_name_that_their_interface_gives_them(ulong number, bool hyperV, string? name) => Assert.Equal(name, HypercallNames.Of(number, hyperV));
}
