using KvmTraceLab.Mmu.Entries;

namespace KvmTraceLab.Mmu.Cases;

/// <summary>Answers <see cref="AccessCase"/>s. Keeps the tables of the roles it has met; use one for each thread.</summary>
public sealed class CaseJudge
{
    private readonly Dictionary<MmuRole, PermissionTable> _tables = [];

    public AccessAnswer Answer(AccessCase question)
    {
        MmuRole role = question.Role;
        if (!_tables.TryGetValue(role, out PermissionTable? table))
            _tables.Add(role, table = new PermissionTable(role));
        return question.Intel ? AnswerEpt(question, table) : AnswerNpt(question, table);
    }

    private static AccessAnswer AnswerEpt(AccessCase q, PermissionTable table)
    {
        var entry = new EptEntry(
            (q.Read ? 1UL : 0) | (q.Write ? 2UL : 0) | (q.ExecS ? 4UL : 0) | (q.ExecU ? EptEntry.UserExecutable : 0) | 6UL << 3);

        if (!q.Walk)
        {
            // Up to 7.1 USER means a read in the code made from a hardware exit.
            bool user = table.Role.Kernel.IsBefore72() ? q.Operation == AccessOperation.Read : q.PageUser;
            return Ask(Kind(q.Operation).With(PageAccess.User, user) | PageAccess.GuestFinal);
        }

        // Guest-table accesses are never "user" (but always reads, before 7.2). With EPT A/D each is a write; without, the
        // entry is read first, and written only where a guest A or D bit must be set.
        PageAccess read = PageAccess.GuestPage.With(PageAccess.User, table.Role.Kernel.IsBefore72());
        if (q.AccessedDirty)
            return Ask(read | PageAccess.Write);
        AccessAnswer first = Ask(read);
        return first.Verdict.Outcome != NestedOutcome.Ok || q.Operation != AccessOperation.Write ? first : Ask(read | PageAccess.Write);

        AccessAnswer Ask(PageAccess access) => new(q, access, entry.Value, NestedFault.JudgeEpt(table, entry, access));
    }

    private static AccessAnswer AnswerNpt(AccessCase q, PermissionTable table)
    {
        NptEntry entry = NptEntry.From(q.Present, q.Write, q.User, q.Nx);

        // Guest-table accesses are a user's and, since A and D may be set, writes. Without GMET every access is a user's.
        PageAccess access = q.Walk
            ? PageAccess.GuestPage | PageAccess.Write | PageAccess.User
            : Kind(q.Operation).With(PageAccess.User, q.PageUser || !table.Role.GmetInForce) | PageAccess.GuestFinal;
        return new(q, access, entry.Value, NestedFault.JudgeNpt(table, entry, access));
    }

    private static PageAccess Kind(AccessOperation operation) => operation switch
    {
        AccessOperation.Read => PageAccess.None,
        AccessOperation.Write => PageAccess.Write,
        _ => PageAccess.Fetch,
    };
}
