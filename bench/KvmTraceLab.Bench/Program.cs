using BenchmarkDotNet.Running;
using KvmTraceLab.Bench;

if (args.Length > 1 && args[0] == "allocations") return Allocations.Print(args[1..]);
BenchmarkSwitcher.FromAssembly(typeof(PermissionTableBench).Assembly).Run(args);
return 0;
