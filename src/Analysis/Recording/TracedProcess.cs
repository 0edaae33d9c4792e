namespace KvmTraceLab.Analysis.Recording;

/// <summary>A process that runs a virtual machine.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Arguments">Its command line without secrets.</param>
/// <param name="Vcpus">vCPU number to thread id, from the threads named <c>CPU n/KVM</c>.</param>
/// <param name="Cpu">The guest's CPU as the command line sets it.</param>
public sealed record TracedProcess(int Pid, IReadOnlyList<string> Arguments, IReadOnlyDictionary<int, int> Vcpus, QemuCpu Cpu);
