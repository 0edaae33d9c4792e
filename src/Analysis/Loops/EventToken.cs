using KvmTraceLab.Parser.Events;
using KvmTraceLab.Parser.Events.Vocabulary;
using KvmTraceLab.Replay;

namespace KvmTraceLab.Analysis.Loops;

/// <summary>
/// What tells events apart, as a number: the event's kind and its key fields. Two tokens a row: one with the guest
/// physical address frame, one without. Times, values, pfns, sptes and counters take no part.
/// </summary>
internal sealed class EventToken
{
    private const ulong Seed = 0x9E3779B97F4A7C15;

    private readonly int _exit = KnownKinds.Kind("kvm_exit");
    private readonly SlotMemo _known = new();
    private Recipe?[] _recipes = new Recipe?[256];

    /// <summary>Computes both tokens; they differ only if the row has an address.</summary>
    public void Of(in EventRow row, out uint token, out uint withoutAddress)
    {
        var kind = row.Kind;
        if (!row.HasFields)
        {
            token = withoutAddress = Fold(Mix(Seed, (ulong)kind));
            return;
        }

        if (_known.TryGet(row, out var both))
        {
            token = (uint)both;
            withoutAddress = (uint)(both >> 32);
            return;
        }

        var recipe = (uint)kind < (uint)_recipes.Length ? _recipes[kind] : null;
        recipe ??= Prepare(kind, row);
        var slots = row.Slots;
        var hash = Mix(Seed, (ulong)kind);
        foreach (var slot in recipe.Keys) hash = Mix(hash, slots[slot]);
        var bare = hash;
        if (kind == _exit) Exit(slots, ref hash, ref bare);
        foreach (var (slot, shift) in recipe.Addresses) hash = Mix(hash, slots[slot] >> shift);
        token = Fold(hash);
        withoutAddress = recipe.Addresses.Length == 0 && hash == bare ? token : Fold(bare);
        _known.Put(row, token | (ulong)withoutAddress << 32);
    }

    /// <summary>
    /// kvm_exit: info1 tells accesses apart where it is a fault code, a port, a CR or an APIC offset, not where it is an
    /// address; SVM's info2 is the address of a nested fault.
    /// </summary>
    private static void Exit(ReadOnlySpan<ulong> slots, ref ulong hash, ref ulong bare)
    {
        var reason = (uint)slots[1];
        switch ((Isa)slots[2])
        {
            case Isa.Vmx when (reason & 0xffff) is VmxExitReason.EptViolation or VmxExitReason.IoInstruction or VmxExitReason.CrAccess
                or VmxExitReason.ApicAccess or VmxExitReason.ApicWrite or 29:
                hash = bare = Mix(hash, slots[4]);
                break;
            case Isa.Svm when reason is SvmExitCode.Ioio or SvmExitCode.Msr or 0x4e:
                hash = bare = Mix(hash, slots[4]);
                if (reason == 0x4e) hash = Mix(hash, slots[5] >> 12);
                break;
            case Isa.Svm when reason is SvmExitCode.Npf:
                hash = bare = Mix(hash, slots[4]);
                hash = Mix(hash, slots[5] >> 12);
                break;
        }
    }

    private Recipe Prepare(int kind, in EventRow row)
    {
        var shape = row.Shape!;
        var keys = new List<int>();
        var addresses = new List<(int, int)>();
        for (var slot = 0; slot < shape.Fields.Count; slot++)
        {
            switch (shape.Fields[slot].Role)
            {
                case FieldRole.Key or FieldRole.Rip when !shape.IsText(slot): keys.Add(slot); break;
                case FieldRole.Address: addresses.Add((slot, 12)); break;
                case FieldRole.Frame: addresses.Add((slot, 0)); break;
            }
        }

        var recipe = new Recipe([.. keys], [.. addresses]);
        if (kind >= _recipes.Length) Array.Resize(ref _recipes, kind + 64);
        return _recipes[kind] = recipe;
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0xff51afd7ed558ccd;
        return hash ^ (hash >> 32);
    }

    private static uint Fold(ulong hash) => (uint)((hash * 0xc4ceb9fe1a85ec53) >> 32);

    private sealed record Recipe(int[] Keys, (int Slot, int Shift)[] Addresses);
}
