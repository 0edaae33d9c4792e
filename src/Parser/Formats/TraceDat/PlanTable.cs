using KvmTraceLab.Parser.Events;

namespace KvmTraceLab.Parser.Formats.TraceDat;

/// <summary>Plans by event number, made when an event is first met. Safe for several threads.</summary>
internal sealed class PlanTable
{
    private readonly DatMeta _meta;
    private readonly EventCatalog _catalog;
    private readonly Lock _lock = new();
    private readonly EventFormat?[] _formats;
    private readonly RecordPlan?[] _plans;

    public PlanTable(DatMeta meta, EventCatalog catalog)
    {
        _meta = meta;
        _catalog = catalog;
        var last = 0;
        foreach (var format in meta.Formats)
            if (format.Id < DatMeta.MaxFormats) last = Math.Max(last, format.Id);
        _formats = new EventFormat?[last + 1];
        _plans = new RecordPlan?[last + 1];
        foreach (var format in meta.Formats)
            if (format.Id <= last) _formats[format.Id] ??= format;
        FindCommonFields();

        // Where there are more names than numbers, which of them get one must not depend on what a thread meets first.
        if (meta.Formats.Count * 2 > EventCatalog.MaxKinds)
            for (var id = 0; id <= last; id++) Make(id);
    }

    /// <summary>Offset and size of common_type in every record.</summary>
    public (int Offset, int Size) CommonType { get; private set; } = (0, 2);

    /// <summary>Offset and size of common_pid in every record.</summary>
    public (int Offset, int Size) CommonPid { get; private set; } = (4, 4);

    /// <summary>The plan of an event number, or null where the file does not describe it.</summary>
    public RecordPlan? this[int id]
    {
        get
        {
            if ((uint)id >= (uint)_plans.Length) return null;
            return Volatile.Read(ref _plans[id]) ?? Make(id);
        }
    }

    private void FindCommonFields()
    {
        foreach (var format in _meta.Formats)
        {
            var fields = format.Fields();
            var type = fields.FirstOrDefault(f => f.Name == "common_type");
            var pid = fields.FirstOrDefault(f => f.Name == "common_pid");
            if (type is null || pid is null || type.Size is not (2 or 4) || pid.Size is not (2 or 4) || type.Offset > 64 || pid.Offset > 64) continue;
            CommonType = (type.Offset, type.Size);
            CommonPid = (pid.Offset, pid.Size);
            return;
        }
    }

    private RecordPlan? Make(int id)
    {
        lock (_lock)
        {
            if (_plans[id] is { } made) return made;
            if (_formats[id] is not { } format) return null;
            var plan = Make(format);
            Volatile.Write(ref _plans[id], plan);
            return plan;
        }
    }

    private RecordPlan Make(EventFormat format)
    {
        var fields = format.Fields().Where(f => !f.Name.StartsWith("common_", StringComparison.Ordinal)).ToList();
        var shape = format.System.StartsWith("kvm", StringComparison.Ordinal) ? _catalog.ShapeOf(_catalog.Intern(format.Name)) : null;
        if (shape is null) return WithoutShape(format, fields);
        var moves = new List<FieldMove>();
        for (var slot = 0; slot < shape.Fields.Count; slot++)
        {
            var wanted = shape.Fields[slot];
            var field = fields.FirstOrDefault(f => f.Name == wanted.Name) ?? fields.FirstOrDefault(f => wanted.Is(f.Name));
            if (field is not null && Move(field, slot, shape.IsIrregular) is { } move) moves.Add(move);
        }

        var (presence, textMask, minSize) = (0UL, 0UL, 0);
        var made = moves.ToArray();
        foreach (ref readonly var move in made.AsSpan())
        {
            presence |= 1UL << move.Slot;
            if (move.Code >= MoveCode.Inline) textMask |= 1UL << move.Slot;
            minSize = Math.Max(minSize, move.Offset + move.Size);
        }

        var needsRecord = shape.NeedsRecord(presence);
        var commonSize = Math.Max(CommonType.Offset + CommonType.Size, CommonPid.Offset + CommonPid.Size);
        return new RecordPlan
        {
            Kind = (ushort)_catalog.Intern(format.Name),
            Shape = shape,
            Width = shape.Width,
            Moves = made,
            Presence = presence,
            NeedsRecord = needsRecord,
            Repeatable = !shape.IsIrregular && textMask == 0 && fields.TrueForAll(f => f.Offset >= commonSize),
            HasGaps = moves.Count < shape.Fields.Count,
            TextMask = textMask,
            MinSize = minSize,
            Fields = fields,
            PrintFormat = format.Text,
        };
    }

    private RecordPlan WithoutShape(EventFormat format, List<FormatField> fields)
    {
        // A name that a shape has, in a system that is not KVM's, is another event.
        var name = _catalog.Intern(format.Name);
        if (_catalog.ShapeOf(name) is not null) name = _catalog.Intern($"{format.System}:{format.Name}");
        return new RecordPlan { Kind = (ushort)name, Fields = fields, Printer = new PayloadPrinter(_meta, format, fields) };
    }

    private FieldMove? Move(FormatField field, int slot, bool irregular)
    {
        var big = _meta.BigEndian;
        switch (field.Form)
        {
            case FieldForm.DataLoc:
                return new FieldMove(MoveCode.DataLoc, slot, field.Offset, 4);
            case FieldForm.RelLoc:
                return new FieldMove(MoveCode.RelLoc, slot, field.Offset, 4);
            case FieldForm.Array:
                // Bytes of an irregular event are packed by its own reader; text stays text.
                return irregular && !field.IsText ? null : new FieldMove(MoveCode.Inline, slot, field.Offset, field.Size);
        }

        if (field.IsTextPointer && field.Size >= 4) return new FieldMove(MoveCode.Constant, slot, field.Offset, field.Size);
        return NumberMove(field, slot, big);
    }

    private static FieldMove NumberMove(FormatField field, int slot, bool big)
    {
        var code = (field.Size, field.Signed) switch
        {
            (1, false) => MoveCode.U8,
            (1, true) => MoveCode.S8,
            (2, false) => big ? MoveCode.U16Big : MoveCode.U16,
            (2, true) => big ? MoveCode.S16Big : MoveCode.S16,
            (4, false) => big ? MoveCode.U32Big : MoveCode.U32,
            (4, true) => big ? MoveCode.S32Big : MoveCode.S32,
            _ => big ? MoveCode.U64Big : MoveCode.U64,
        };
        return new FieldMove(code, slot, field.Offset, field.Size);
    }
}
