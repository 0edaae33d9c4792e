namespace KvmTraceLab.Fuzz.Generate;

/// <summary>What a generated host looks like.</summary>
/// <param name="Cpus">CPUs of the trace.</param>
/// <param name="Busy">CPUs of them that run guests.</param>
/// <param name="Vms">Virtual machines.</param>
/// <param name="VcpusEach">vCPUs of each.</param>
/// <param name="Events">Events in all.</param>
/// <param name="Lost">Markers of lost events among them.</param>
/// <param name="Seed">The same plan gives the same trace.</param>
/// <param name="New">What is new with each exit: <c>rip</c>, <c>gpa</c>, <c>port</c>, <c>msr</c>, <c>tid</c>, <c>reason</c>; or <c>loop</c>, <c>bug</c>: with each stretch of a vCPU.</param>
internal sealed record HostPlan(int Cpus, int Busy, int Vms, int VcpusEach, long Events, long Lost, int Seed, string New)
{
    private const int FirstTid = 20_000;

    /// <summary>Each VMM has some threads beside its vCPUs.</summary>
    public int TidOf(int vm, int vcpu) => FirstTid + (vm * (VcpusEach + 6)) + vcpu;

    /// <summary>The one vCPU that does nothing but poll a port from the middle of the trace on, in the midst of the others.</summary>
    public int Sick => Vms * VcpusEach / 3;
}
