using System.Runtime.CompilerServices;
using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Mmu.Walk;
using KvmTraceLab.Output.Mmu;

namespace KvmTraceLab.Tests.Mmu;

/// <summary>The model against what real kernels wrote into their traces.</summary>
public sealed class RecordedTests
{
    private static List<CsvRow> Fixture(string name, [CallerFilePath] string here = "")
    {
        using var reader = new StreamReader(Path.Combine(Path.GetDirectoryName(here)!, "..", "Fixtures", "mmu", name));
        return [.. CsvRows.Read(reader).Skip(1)];
    }

    private static ulong Hex(string text) => Convert.ToUInt64(text, 16);

    private static Spte Read(CsvRow row) =>
        new(Hex(row.Cells[2]), row.Cells[0] == "7.2" ? KvmKernel.V72 : KvmKernel.V61, row.Cells[1] == "ept" ? MmuKind.Ept : MmuKind.Npt);

    [Fact]
    public void Permissions_are_those_the_kernel_printed()
    {
        List<CsvRow> rows = Fixture("set_spte.csv");
        Assert.Equal(92, rows.Count);
        foreach (CsvRow row in rows)
        {
            Spte spte = Read(row);

            // r is printed whenever shadow_present_mask is not 0, which is always so here.
            bool u = spte.Layout.Kind == MmuKind.Ept ? spte.UserExec : spte.User;
            Assert.Equal(row.Cells[3], $"r{(spte.Writable ? "w" : "-")}{(spte.SupervisorExec ? "x" : "-")}{(u ? "u" : "-")}");
            Assert.True(spte.IsPresent);
        }
    }

    [Fact]
    public void Make_spte_writes_what_the_kernel_wrote()
    {
        int compared = 0;
        foreach (CsvRow row in Fixture("set_spte.csv"))
        {
            Spte spte = Read(row);
            SpteLayout layout = spte.Layout;

            // The 6.1 kernel of the recording had been changed to withhold W now and then, after D was set: no honest SPTE.
            if (spte.Dirty && !spte.MmuWritable)
                continue;
            compared++;
            AccLayout names = SpteMaker.AccNames(layout);
            ulong permissions = spte.IsAccessTracked ? spte.SavedPermissions : spte.Value;
            Acc acc = names.Combine(
                (permissions & layout.Read) != 0, spte.MmuWritable, spte.User,
                layout.Kind == MmuKind.Ept ? (permissions & layout.Xs) != 0 : spte.SupervisorExec, (permissions & layout.Xu) != 0);
            ulong made = SpteMaker.MakeSpte(layout, acc, int.Parse(row.Cells[4]), spte.AdType, nxHugePage: false, spte.HostWritable, prefetch: !spte.Accessed);

            // The frame and, on EPT, memory type and ignore-PAT are not the model's.
            ulong outside = X86Entry.Bits(12, 51) | (layout.Kind == MmuKind.Ept ? 0x78UL : 0);
            Assert.Equal($"{spte.Value & ~outside:x}", $"{made:x}");
        }

        Assert.InRange(compared, 80, 92);
    }

    [Fact]
    public void Injected_qualifications_and_walker_errors_are_those_recorded()
    {
        var table = new PermissionTable(MmuRole.Ept(mbec: true) with { MaxPhyAddr = 52 });
        foreach (CsvRow row in Fixture("injected.csv"))
        {
            ulong hardware = Hex(row.Cells[0]);
            var access = (PageAccess)Hex(row.Cells[1]);
            var memory = new TestMemory();
            ulong at = 0x1000;
            ulong and = ulong.MaxValue;
            foreach (ulong entry in row.Cells[2].Split(' ').Select(Hex))
            {
                memory[at] = entry;
                and &= entry;
                at = entry & X86Entry.Bits(12, 51);
            }

            // The MMU is handed what the hardware's qualification says.
            PageAccess handed = FaultCode.FromExitQualification(hardware, KvmKernel.V72, mbec: true);
            Assert.Equal(access, handed & ~PageAccesses.Stage);
            WalkFault fault = PageWalk.Ept(memory, table, 0x1000, 4, 0, handed).Fault!;
            Assert.Equal(Hex(row.Cells[3]), (ulong)(fault.ErrorCode & ~PageAccesses.Stage));
            const ulong Bit6 = 1 << 6;
            Assert.Equal(Hex(row.Cells[4]), FaultCode.InjectedExitQualification(table.Role, and, handed, hardware) & ~Bit6);
        }
    }
}
