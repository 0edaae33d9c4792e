namespace KvmTraceLab.Fuzz.Generate;

/// <summary>
/// A host whose vCPU threads move over its CPUs, as one run of events in the order of their times: each CPU runs a vCPU for some
/// trips and then takes the one that has waited longest.
/// </summary>
internal static class HostWorkload
{
    private const int Slice = 30;

    public static IEnumerable<HostEvent> Of(HostPlan plan)
    {
        var fresh = new FreshNumbers();
        var random = new Random(plan.Seed);
        var waiting = new Queue<HostVcpu>(Enumerable.Range(0, plan.Vms * plan.VcpusEach).Select(i => new HostVcpu(plan, i, fresh)));
        var cpus = new PriorityQueue<Running, (long Time, int Cpu)>();
        for (var i = 0; i < plan.Busy && waiting.Count > 0; i++)
        {
            var first = new Running(i * (plan.Cpus / plan.Busy), waiting.Dequeue());
            first.Step(4_327_371_000_000 + (i * 137), second: false);
            cpus.Enqueue(first, (first.Event.TimeNs, i));
        }

        var lostEvery = plan.Lost > 0 ? Math.Max(1, plan.Events / plan.Lost) : long.MaxValue;
        for (long made = 0; made < plan.Events; made++)
        {
            var cpu = cpus.Dequeue();
            yield return cpu.Event;
            if (made % lostEvery == lostEvery - 1) yield return cpu.Event with { Kind = HostKind.Lost, A = (ulong)random.Next(1, 500) };
            if (cpu.Vcpu.AtEntry && random.Next(Slice) == 0)
            {
                waiting.Enqueue(cpu.Vcpu);
                cpu.Vcpu = waiting.Dequeue();
            }

            cpu.Step(cpu.Event.TimeNs, made > plan.Events / 2);
            cpus.Enqueue(cpu, (cpu.Event.TimeNs, cpu.Cpu));
        }
    }

    private sealed class Running(int cpu, HostVcpu vcpu)
    {
        public int Cpu { get; } = cpu;

        public HostVcpu Vcpu { get; set; } = vcpu;

        public HostEvent Event { get; private set; }

        public void Step(long now, bool second) => Event = Vcpu.Next(now, Cpu, second);
    }
}
