using System.Text.Json.Nodes;
using KvmTraceLab.Analysis.Reports;

namespace KvmTraceLab.Analysis.Signatures;

/// <summary>A finding as JSON, as a headline and as a section.</summary>
internal static class NoteWriter
{
    public static JsonObject Json(Finding finding)
    {
        var note = new JsonObject
        {
            ["id"] = finding.Signature.Id,
            ["title"] = finding.Signature.Title,
            ["confidence"] = Word(finding.Confidence),
            ["why"] = finding.Why,
            ["cause"] = finding.Signature.Cause,
            ["next"] = finding.Signature.Next,
            ["source"] = finding.Signature.Source,
            ["blame"] = Word(finding.Signature.Blame),
        };
        if (finding.Evidence.Scope is EvidenceScope.Loop or EvidenceScope.Spot or EvidenceScope.SameFault) note["turnsSeen"] = finding.TurnsSeen;
        if (finding.Lane is { } lane)
        {
            note["tid"] = lane.Lane.Tid;
            note["vcpu"] = lane.Lane.Vcpu;
        }

        if (finding.SinceNs is { } since) note["sinceNs"] = since;
        if (finding.Loops.Count > 0)
        {
            note["loop"] = finding.Loops[0];
            note["loops"] = new JsonArray([.. finding.Loops.Select(i => (JsonNode)i)]);
        }

        if (finding.AlsoTids.Count > 0) note["alsoTids"] = new JsonArray([.. finding.AlsoTids.Select(t => (JsonNode)t)]);
        var template = finding.Template.ToList();
        if (template.Count > 0)
        {
            note["events"] = new JsonArray([.. template.Select(t => (JsonNode)t.Event)]);
            note["template"] = new JsonArray([.. template.Select(t => (JsonNode)t.Payload)]);
        }

        return note;
    }

    public static Headline Headline(Finding finding)
    {
        var signature = finding.Signature;
        var unit = finding.Run.TimeUnit;
        var where = finding.Lane is null ? "" : $" on {finding.Who}";
        var since = finding.SinceNs is { } at ? $" since {Numbers.Time(at, unit)}" : "";
        return new Headline(
            KindOf(finding), $"{signature.Title}{where}{since} [{signature.Id}, confidence {Word(finding.Confidence)}]",
            [finding.Why, "Likely cause: " + signature.Cause], finding.Run.Named(signature.Next));
    }

    /// <summary>Why, cause and next step stand in the headlines; here is where each was met before, and the turn where no loop shows it.</summary>
    /// <param name="findings">What fits.</param>
    /// <param name="hasNoHeadline">Those of which why and cause stand here.</param>
    public static ReportSection Section(IReadOnlyList<Finding> findings, Func<Finding, bool> hasNoHeadline)
    {
        var section = new ReportSection("notes", "Signatures that fit");
        foreach (var finding in findings)
        {
            var signature = finding.Signature;
            section.Children.Add(new ReportSection("note-" + signature.Id, $"{signature.Id} {signature.Title} (confidence {Word(finding.Confidence)})")
            {
                Paragraphs = [.. hasNoHeadline(finding) ? [finding.Why, "Likely cause: " + signature.Cause] : Array.Empty<string>(), Origin(signature)],
                Verbatim = finding.Evidence.Loop is null ? [.. finding.Template.Select(t => $"{t.Event}: {t.Payload}")] : [],
            });
        }

        return section;
    }

    private static string Origin(Signature signature) =>
        signature.Source == "own" ? "Source: our own; no report of such a case is known to us." : "Source: " + signature.Source;

    public static string Word(Confidence confidence) => confidence switch { Confidence.High => "high", Confidence.Medium => "medium", _ => "low" };

    public static string Word(Blame blame) => blame switch
    {
        Blame.Normal => "normal",
        Blame.GuestWait => "guest-wait",
        Blame.Guest => "guest",
        Blame.Vmm => "vmm",
        Blame.Host => "host",
        Blame.Hardware => "hardware",
        _ => "kvm",
    };

    /// <summary>A fault of KVM is called so only where the signature is sure; a wait never.</summary>
    private static HeadlineKind KindOf(Finding finding) => finding.Signature.Blame switch
    {
        Blame.Normal => HeadlineKind.Fact,
        _ when finding.Confidence == Confidence.Low => HeadlineKind.Notice,
        Blame.Kvm when finding.Confidence == Confidence.High => HeadlineKind.Bug,
        Blame.GuestWait when IsPassing(finding) => HeadlineKind.Notice,
        _ => HeadlineKind.Trouble,
    };

    /// <summary>A wait of less than a tenth of a second, or that ended and took less than half of the vCPU's time, is a delay loop, no hang.</summary>
    private static bool IsPassing(Finding finding)
    {
        var e = finding.Evidence;
        if (!e.HasTime || finding.Lane is not { } lane) return true;
        var span = lane.Lane.LastTime - lane.Lane.FirstTime;
        var took = e.EndNs - e.StartNs;
        return (finding.Run.IsNanoseconds && took < 100_000_000) || took * 2 < span;
    }
}
