using FsCheck;
using FsCheck.Fluent;
using KvmTraceLab.Mmu;
using KvmTraceLab.Mmu.Entries;
using KvmTraceLab.Mmu.Walk;

namespace KvmTraceLab.Tests.Mmu;

public sealed class PageWalkTests
{
    private const ulong P = 1, W = 2, U = 4, Ps = 1 << 7, Nx = 1UL << 63;

    private static readonly PermissionTable Guest = new(MmuRole.Shadow(nx: true, wp: true, smep: true, smap: false));

    [Theory]
    [InlineData(4, 0x1234UL, 0x7_f000_1234UL)]
    [InlineData(5, 0xfffUL, 0x7_f000_1fffUL)]
    public void Long_mode_maps_4K(int levels, ulong gva, ulong expected)
    {
        TestMemory memory = TestMemory.Chain(levels, 1, P | W | U, 0);
        memory[TestMemory.TableOf(levels, 1) + (gva >> 12) * 8] = 0x7_f000_1000 | P | W | U;
        WalkResult result = PageWalk.Guest(memory, Guest, new PagingFormat(levels, Nx: true), 0x1000, gva, PageAccess.Write | PageAccess.User);
        Assert.Null(result.Fault);
        Assert.Equal((expected, 1, levels), (result.Address, result.Level, result.Elements.Count));
        Assert.Equal(Acc.All, result.Acc);
    }

    [Fact]
    public void Permissions_accumulate_from_the_top()
    {
        var memory = new TestMemory
        {
            [0x1000] = 0x2000 | P | W | U,
            [0x2000] = 0x3000 | P | U,      // W lost here
            [0x3000] = 0x4000 | P | W | U | Nx, // X lost here
            [0x4000] = 0x9000 | P | W | U,
        };
        WalkResult result = PageWalk.Guest(memory, Guest, new PagingFormat(4, Nx: true), 0x1000, 0, PageAccess.User);
        Assert.Equal([Acc.All, Acc.Read | Acc.User | Acc.Exec, Acc.Read | Acc.User, Acc.Read | Acc.User], result.Elements.Select(e => e.Acc));
        WalkResult write = PageWalk.Guest(memory, Guest, new PagingFormat(4, Nx: true), 0x1000, 0, PageAccess.Write | PageAccess.User);
        Assert.Equal((WalkFaultKind.Permission, (PageAccess)7), (write.Fault!.Kind, write.Fault.ErrorCode));
        Assert.Equal("write-protect", Assert.Single(write.Fault.Why).Name);
    }

    [Fact]
    public void Huge_pages_of_2M_and_1G_keep_the_offset()
    {
        TestMemory twoM = TestMemory.Chain(4, 2, P | W | U, 0x4000_0000 | P | W | U | Ps);
        Assert.Equal(0x4012_3456UL, PageWalk.Guest(twoM, Guest, new PagingFormat(4, Nx: true), 0x1000, 0x12_3456, PageAccess.None).Address);
        TestMemory oneG = TestMemory.Chain(4, 3, P | W | U, 0x8000_0000 | P | W | U | Ps);
        Assert.Equal(0x9123_4567UL, PageWalk.Guest(oneG, Guest, new PagingFormat(4, Nx: true), 0x1000, 0x1123_4567, PageAccess.None).Address);
    }

    [Fact]
    public void A_1G_page_without_pdpe1gb_is_a_reserved_bit_fault()
    {
        TestMemory memory = TestMemory.Chain(4, 3, P | W | U, 0x8000_0000 | P | W | U | Ps);
        WalkResult result = PageWalk.Guest(memory, Guest, new PagingFormat(4, Nx: true, Gbpages: false), 0x1000, 0, PageAccess.None);
        Assert.Equal((WalkFaultKind.Reserved, PageAccess.Present | PageAccess.Rsvd), (result.Fault!.Kind, result.Fault.ErrorCode));
    }

    [Fact]
    public void Pae_directory_pointers_carry_no_permissions()
    {
        var memory = new TestMemory
        {
            [0x1028] = 0x2000 | P, // 0x1020 is the 32-byte aligned CR3, entry 1
            [0x2000] = 0x3000 | P | W | U,
            [0x3000] = 0x5000 | P | W | U,
        };
        WalkResult result = PageWalk.Guest(memory, Guest, new PagingFormat(3, Nx: true), 0x1027, 0x4000_0abc, PageAccess.Write | PageAccess.User);
        Assert.Null(result.Fault);
        Assert.Equal((0x5abcUL, Acc.All), (result.Address, result.Acc));
    }

    [Fact]
    public void Two_level_paging_has_4_byte_entries_and_PSE36_pages()
    {
        var memory = new TestMemory
        {
            [0x1000 + 4] = 0x2000 | P | W | U,
            [0x2000 + 8] = 0x7000 | P | W | U,
            [0x1000 + 8] = 0x0080_0000 | 1 << 13 | P | W | Ps,
        };
        var format = new PagingFormat(2, Nx: false);
        Assert.Equal(0x7123UL, PageWalk.Guest(memory, Guest, format, 0x1000, 0x40_2123, PageAccess.User).Address);
        Assert.Equal(0x1_0081_2345UL, PageWalk.Guest(memory, Guest, format, 0x1000, 0x81_2345, PageAccess.None).Address);
        Assert.Equal(WalkFaultKind.Permission, PageWalk.Guest(memory, Guest, format, 0x1000, 0x81_2345, PageAccess.User).Fault!.Kind);
    }

    [Fact]
    public void Unknown_memory_ends_the_walk() =>
        Assert.Equal(WalkFaultKind.Unreadable, PageWalk.Npt(new TestMemory(), new PermissionTable(MmuRole.Npt(gmet: false)), 0x1000, 4, 0, PageAccess.User).Fault!.Kind);

    [Fact]
    public void A_nested_walk_is_user_by_the_guest_page_and_its_fault_is_reported()
    {
        var guest = new TestMemory
        {
            [0x1000] = 0x2000 | P | W | U, [0x2000] = 0x3000 | P | W | U, [0x3000] = 0x4000 | P | W | U, [0x4000] = 0x5000 | P | W | U,
        };
        var eptTable = new PermissionTable(MmuRole.Ept(mbec: true));
        WalkResult result = Run(0x407); // r, w, xs and xu for tables; the page has everything but XU below
        Assert.Equal(WalkFaultKind.Nested, result.Fault!.Kind);
        Assert.Equal(0x1bcUL, result.Fault.ExitQualification);
        Assert.Equal("ept-fetch", Assert.Single(result.Fault.Nested!.Fault!.Why).Name);

        WalkResult Run(ulong tables)
        {
            TestMemory ept = TestMemory.Chain(4, 1, 0x407, 0);
            for (ulong page = 1; page <= 4; page++)
                ept[0x4000 + page * 8] = page << 12 | 6 << 3 | tables;
            ept[0x4000 + 5 * 8] = 5UL << 12 | 6 << 3 | 7;
            return PageWalk.Guest(guest, Guest, new PagingFormat(4, Nx: true), 0x1000, 0, PageAccess.Fetch | PageAccess.User, (gpa, access, acc) =>
                PageWalk.Ept(ept, eptTable, 0x1000, 4, gpa, FaultCode.TranslateNestedGpaVmx(access, acc)));
        }
    }

    [Fact]
    public void A_walk_through_any_memory_ends_and_never_grants_more_than_each_entry() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<ulong, ulong, int>((seed, address, kind) =>
        {
            var memory = new NoiseMemory(seed);
            var ept = new PermissionTable(MmuRole.Ept(mbec: true) with { MaxPhyAddr = 52 });
            var npt = new PermissionTable(MmuRole.Npt(gmet: true) with { MaxPhyAddr = 52 });
            WalkResult result = (kind & 3) switch
            {
                0 => PageWalk.Ept(memory, ept, seed, 4 + (kind >> 2 & 1), address, PageAccess.GuestFinal),
                1 => PageWalk.Npt(memory, npt, seed, 4, address, PageAccess.GuestFinal),
                _ => PageWalk.Guest(memory, Guest, new PagingFormat(2 + (kind >> 2 & 3), Nx: true, MaxPhyAddr: 52), seed, address, PageAccess.None),
            };
            Assert.InRange(result.Elements.Count, 1, 5);
            for (int i = 1; i < result.Elements.Count; i++)
                Assert.Equal(result.Elements[i].Acc, result.Elements[i].Acc & result.Elements[i - 1].Acc);
        }));

    [Fact]
    public void Reserved_bit_ranges_are_inclusive() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll<byte, byte>((a, b) =>
        {
            int first = a & 63, last = b & 63;
            ulong mask = X86Entry.Bits(first, last);
            for (int bit = 0; bit < 64; bit++)
                Assert.Equal(bit >= first && bit <= last, (mask >> bit & 1) != 0);
        }));

    private sealed class NoiseMemory(ulong seed) : IGuestMemory
    {
        public bool TryRead(ulong address, int size, out ulong value)
        {
            // splitmix64, with low bits biased to "present" so that walks get deep.
            ulong z = (seed ^ address) + 0x9e3779b97f4a7c15;
            z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
            z = (z ^ z >> 27) * 0x94d049bb133111eb;
            z ^= z >> 31;
            value = (z & 3) == 0 ? z : z & 0x8000_ffff_ffff_f402 | 5 | z >> 3 & 6;
            if (size == 4)
                value &= 0xffff_ffff;
            return true;
        }
    }
}
